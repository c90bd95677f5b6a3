"""What all tests share: the fixtures of the lab, idle until a test asks for them."""

pytest_plugins = ["tests.lab.plugin", "tests.lab.counter", "tests.lab.deployment"]
