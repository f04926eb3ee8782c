"""What happens on the phone: scenario files, their loader, their expectations.

A leaf: it knows no PBX and no vendor.
"""
