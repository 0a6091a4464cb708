// toml++, as all of the program includes it. It asserts what a file may break ("[ = 1" ends the program), and says what is wrong with
// the file where it does not: so it does not.
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>
