"""`python -m cordboard.cli`: the command `cordboard`, by the Python that runs already."""

from cordboard.cli.main import main

if __name__ == "__main__":
    main(prog_name="cordboard")
