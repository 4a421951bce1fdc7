"""The subcommands: each takes the parsed options, does its job through the engine, and prints text or JSON.

Nothing here imports torch: what needs it runs in the worker or in the helper process.
"""
