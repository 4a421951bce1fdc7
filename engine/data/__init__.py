"""Data: where it comes from, how it is read, divided, measured and prepared.

sources.py      the catalogue of data sources; each `source_*.py` declares one kind
table.py        text tables: encoding, separator, header; cells.py: what each column is
pictures.py     decoding picture files
cache.py        what was read once, on disk by content hash
dataset.py      opening a source through the cache; scanning its fields
split.py        training, validation and test parts; folds
statistics.py   mean, spread and usual values of the training part
preparation.py  raw values → what the network reads, as generated source; raw.py: the raw arrays themselves
quality.py      what is wrong or risky about the data; preview.py: thumbnails, rows, histograms
"""
