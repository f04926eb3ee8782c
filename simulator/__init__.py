"""The PBX and the fakes: everything that acts."""
