"""Data: where it comes from, how it is read, divided, measured and prepared.

sources.py      the catalogue of data sources; each `source_*.py` declares one kind
table.py        text tables: encoding, separator, header; cells.py: what each column is
guess.py        which source reads what a person dropped
pictures.py     decoding picture files
wav.py          reading recordings; spectrum.py: sounds as pictures of pitch; sound.py: folders of recordings
vocabulary.py   texts as numbers, and back
item_text.py, item_sound.py   one text or recording of a person, read by the plan of its source
windows.py      overlapping stretches of one array; drawing.py: pictures drawn when they are read
generated.py    what made-up example sets have in common
cache.py        what was read once, on disk by content hash
dataset.py      opening a source through the cache; scanning its fields
split.py        training, validation and test parts, by chance, in order or by groups; folds
statistics.py   mean, spread and usual values of the training part
preparation.py  raw values → what the network reads, as generated source; raw.py: the raw arrays themselves
quality.py      what is wrong or risky about the data; preview.py: thumbnails, rows, histograms
"""
