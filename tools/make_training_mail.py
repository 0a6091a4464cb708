#!/usr/bin/python3
"""Writes invented honest mail and invented phishing, by which the shipped model is trained. usage: tools/make_training_mail.py FOLDER [--seed N] [--count N]

FOLDER/ham and FOLDER/phish get COUNT messages of each scenario (tools/training/honest.py, lies.py). The same seed gives the same bytes.
Nothing in them was ever sent; people, firms and hosts are invented, brands and their domains those of brands/.
"""

import argparse
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "training"))
import honest  # noqa: E402
import lies  # noqa: E402
from render import render  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    options = parser.parse_args()
    for name, module in (("ham", honest), ("phish", lies)):
        folder = options.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        for scenario in module.SCENARIOS:
            for number in range(options.count):
                rng = random.Random(f"{options.seed} {scenario.__name__} {number}")
                file = f"{scenario.__name__}-{number:04}.eml"
                (folder / file).write_bytes(render(scenario(rng), rng, f"{scenario.__name__}.{number}"))


if __name__ == "__main__":
    main()
