"""Plots: fast enough for a million steps, quiet enough to read.

series     append-only numbers with a min-max pyramid, exponential smoothing
scales     round ticks and ranges, numbers for axes
clock      the one timer that redraws visible plots with news; the crosshair all charts share
curves     a curve's numbers and what of them is in view; with series and paths the only ones that import numpy
paths      painter paths from arrays in one copy
area       where curves are painted: axes, shading, labels at line ends, crosshair
strokes    raw band, line, dots, what is planned
marks      the star, signs of curves, labels moved apart
card       the card beside the crosshair
chart      a card with a title, a linear/log switch and an area
heat       the heat map of gradient flow
viridis    its colors
confusion  the matrix of mix-ups
histogram  small bars: columns, targets, differences with a limit
scatter    predicted against true numbers
lines      sparklines
"""
