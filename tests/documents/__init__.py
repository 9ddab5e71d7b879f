"""Tests of the files that go out and come in."""
