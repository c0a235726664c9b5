"""Machines and the clearances they ask for."""
