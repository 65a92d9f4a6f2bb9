"""The human sheet: a pack as a page that prints well, in English and Chinese, made of it alone.

The same pack gives the same bytes, so whoever has a sheet can have it made again and compare. It
holds the pack itself, no script that runs, and nothing from anywhere else.
"""
