"""Findings for people, programs and code hosts."""
