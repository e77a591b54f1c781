def pytest_addoption(parser) -> None:
    parser.addoption("--write-access-table", action="store_true")
