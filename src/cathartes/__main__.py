"""`python -m cathartes` is `cathartes`, where its script is not on the path."""

from cathartes.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
