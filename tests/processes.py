"""Real processes for the tests: each is forked from one that loads the house, once. To load it anew took each of them two seconds."""

import multiprocessing

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["tests.nursery"])
