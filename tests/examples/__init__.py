"""Tests of the programs that vendors start from."""
