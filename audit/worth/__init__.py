"""What tests are worth, told from their text alone: tests that assert nothing, and tests that test themselves."""
