"""The command."""


def main() -> None:
    """Draw nothing yet."""


if __name__ == "__main__":
    main()
