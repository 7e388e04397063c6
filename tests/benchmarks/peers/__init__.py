"""Other packages, each in a process of an environment of their own, on the same data as ours."""
