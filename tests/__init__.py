"""Tests of Kaohe; the folders mirror the tree that they test."""
