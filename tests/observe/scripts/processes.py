"""Workers by spawn and fork, a subprocess, a thread that outlives the main function."""

import multiprocessing
import subprocess
import sys
import threading

import torch
from shared_parts import X, Y, end, net, said


def square(n):
    return n * n


def train():
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        loss = torch.nn.functional.cross_entropy(model(X), Y)
        optimizer.zero_grad()
        loss.backward()
        said(loss)
        optimizer.step()
    end(model)


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(square, [1, 2]), flush=True)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(pool.map(square, [3, 4]), flush=True)
    print(
        subprocess.run([sys.executable, "-c", "print(5)"], capture_output=True).stdout, flush=True
    )
    threading.Thread(target=train).start()
