"""Programs that travel with an exported model: one file each, that needs numpy and ONNX Runtime but no Lamina.

answers.py      asks a model that answers       generator.py   makes pictures with a generator or a decoder
denoiser.py     makes pictures by taking noise away step by step
writer.py       writes on from a beginning         translator.py  turns a sequence into another
agent.py        says what to do in a situation, or plays an episode
reading.py      what a person hands in as arrays; other programs hold its functions

An exported bundle has one of them as `run.py`, beside `model.onnx` and `about.json`, which says what it needs to know.
"""
