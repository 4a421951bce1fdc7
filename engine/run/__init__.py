"""The worker's world: the only package that imports torch when it is imported.

work.py        a run from start to end                cross.py      the folds of a cross-validation
session.py     everything around a training step      setup.py      what a training loop is built from
recipes/       the loops themselves, one per recipe   learner.py    one network that learns from items of the data
mover.py       moving weights after a loss            optimize.py   optimizers and the fp16 scaler
augment.py     changed training pictures              start.py      weights from another run
writing.py     writing token by token                 likeness.py   pairs, triplets, neighbours, points in the plane
tested.py      what a recipe itself measures on a part of the data
tensors.py     data on the device, batches            groups.py     weights by node and learning-rate share
model.py       the generated source, executed         metrics.py    measures of quality
state.py       checkpoints                            telemetry.py  what is told, what is asked
device.py      devices, threads, memory               diagnose.py   why a run failed, in a sentence
serve.py       the warm process that answers calls    calls.py      what it can be asked
peek.py        what every node gives for one item: peek_trace.py watches, peek_view.py makes it small, peek_item.py
               finds the item, peek_weights.py the weights, peek_ends.py reads the answers, peek_more.py shows one whole
evaluate.py    a test of a trained model              predict.py    answers for items of a person
onnx_export.py, python_export.py, bundles/            ways out, and proof.py, which compares them first
inlining.py    functions of Lamina inside exported programs; reading_trial.py hands those a text or a recording
"""
