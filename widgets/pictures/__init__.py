"""Pictures that explain a layer, in the inspector: painted from the node's own settings, sharp at any size.

about.py       what a picture is drawn from: the layer's settings and shapes, as plain values
ink.py         the pens and small shapes that all pictures share
layer_picture.py   the widget, and how it finds the picture of a layer
registry.py    which layer has which picture; a few have none, each with the reason
The others hold one family each: a function that paints, and one that says the same in words.
"""
