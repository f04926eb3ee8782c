"""What every vendor says of every scenario of the library, kept on disk."""
