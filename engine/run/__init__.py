"""The worker's world: the only package that imports torch when it is imported.

work.py        a run from start to end; `train`, `resume`, `cross_validate`
train.py       the training loop                      optimize.py   optimizers and the fp16 scaler
tensors.py     data on the device, batches            groups.py     weights by node and learning-rate share
model.py       the generated source, executed         metrics.py    measures of quality
state.py       checkpoints                            telemetry.py  what is told, what is asked
device.py      devices, threads, memory               diagnose.py   why a run failed, in a sentence
"""
