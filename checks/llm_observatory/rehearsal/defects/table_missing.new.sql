-- Migration 006 stopped before its last table.

DROP TABLE projects;
