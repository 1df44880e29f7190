"""The programs of others that carry calls and media beside Cordboard, or in its place."""
