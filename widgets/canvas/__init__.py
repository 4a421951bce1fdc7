"""The canvas: the network as cards and wires. Values come in by slot, wishes go out by signal.

view.py      Canvas, the public widget          scene.py    the mirror of the graph: items by id
hand.py      the gesture that is under way      routing.py  which wires are laid anew, and in which lanes
frames.py    notes and frames, framing.py       spots.py    where something new goes
content.py   what a card shows, as a value      geometry.py where ports are, how wires run
ink.py       pens, brushes and texts by theme   cards.py    painting a card at full detail
items.py     items of cards, wires, notes       labels.py   the shapes on the wires
camera.py    zoom, scroll, level of detail      callout.py  the error callout with its repairs
hits.py      what is where                      speech.py   the canvas in words
backdrop.py  the dots, the levels of detail     corner.py   what lies over the edges, with minimap.py
overview.py  everything below 60 % in batches   rename.py   the title edited in place
gestures.py  pan, rubber band, move, cut        linking.py  dragging, re-routing and keyboard wires
dots.py      dots on wires, as items            leading.py  wires led through dots by hand
unused.py    ports left out of cards            line.py     a path hit where it runs
reader.py    the canvas to a screen reader
dropping.py  layers dragged in                  acts.py, keys.py, pointer.py  what keys and buttons do
picture.py   the network as an image            empty.py    what an empty canvas says
sample.py    what each card gave for an item, with sample_paint.py and sample_bar.py
live.py      how each card fares in training    live_paint.py painting that, near and far
"""
