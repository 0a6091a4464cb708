// Questions to shown texts, addresses and labels that signals are made of. Pure, linear in the bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::guard::signal {

// All our own.
inline constexpr std::size_t kMinSaid = 8;             // characters of a label, so that it can be random
inline constexpr std::size_t kMinHexadecimal = 12;     // the same of one of hexadecimal digits
inline constexpr double kLargeSum = 500'000;           // of any currency
inline constexpr std::size_t kMaxAddressesFound = 20;  // in a text

// Letters and digits that nobody could say: "x7k2qv9p4", "bcdfghjklm".
bool is_random(std::string_view label);
// Capital letters within, as in "zLvuYFa" and in no name.
bool is_mixed_case(std::string_view word);
// Whether a link's text is one that asks for a click ("Verify now", "Ver documento", "یہاں کلک کریں"), in lower or upper case.
bool asks_for_action(std::string_view link_text);
// Whether it leaves a list or leads to small print ("Unsubscribe", "Privacy policy").
bool is_small_print(std::string_view link_text);
// Addresses as they stand in a text, in lower case, each once.
std::vector<std::string> addresses_in(std::string_view text);
// An amount of money of kLargeSum or more, as it stands there; empty: none.
std::string_view large_sum(std::string_view text);
// An account of Bitcoin whose check sum is right, or one of Ethereum; empty: none.
std::string_view coin_address(std::string_view text);
// A telephone number of ten digits or more, as people write one; empty: none.
std::string_view phone_number(std::string_view text);
// Whether one of `words` stands in the text as whole words, in any case (of ASCII).
bool has_word(std::string_view text, std::span<const std::string_view> words);
// How the text greets by an address, or by what stands before its @: 0 to 1. `address` is in lower case.
double greets_by(std::string_view text, std::string_view address);
// Whether a URL carries the address: 1 in its fragment or in base64, less elsewhere; 0: it does not.
double carries(std::string_view url, std::string_view address);

}  // namespace rampart::guard::signal
