// How a worker's facts travel: numbers and texts one after another, written and read by the same list of fields (fields.h). The reader
// takes any bytes: it keeps the limits, and after the first fault it is no more than that.
//
//   WireWriter to;  fields(to, facts);  send(to.take());
//   WireReader from(bytes);  fields(from, facts);  if (!from.is_done()) …
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/text.h"

namespace rampart::guard {

class WireWriter {
 public:
  void raw(std::string_view bytes) { out_ += bytes; }
  template <std::unsigned_integral T>
  void number(const T& value) {
    put(value);
  }
  template <std::unsigned_integral T>
  void bits(const T& value, T /*known*/) {
    put(value);
  }
  // From 0 to 1, in thousandths.
  void share(const double& value) { put(static_cast<std::uint64_t>(std::clamp(value, 0.0, 1.0) * 1000)); }
  void flag(const bool& value) { out_ += value ? '\1' : '\0'; }
  template <class T>
    requires std::is_enum_v<T>
  void word(const T& value, std::size_t /*count*/) {
    out_ += static_cast<char>(value);
  }
  void text(const std::string& value, std::size_t most) {
    const auto size = std::min(value.size(), most);
    put(size);
    out_.append(value, 0, size);
  }
  void lines(const std::string& value, std::size_t most) { text(value, most); }
  template <class T, class Each>
  void list(std::vector<T>& all, std::size_t most, Each each) {
    const auto size = std::min(all.size(), most);
    put(size);
    for (std::size_t i = 0; i < size; ++i) each(all[i]);
  }
  std::string take() { return std::move(out_); }

 private:
  void put(std::uint64_t value) {
    for (; value > 0x7f; value >>= 7U) out_ += static_cast<char>(value | 0x80U);
    out_ += static_cast<char>(value);
  }

  std::string out_;
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool is_done() const { return is_well_ && bytes_.empty(); }

  template <std::unsigned_integral T>
  void number(T& value) {
    const auto read = take();
    if (read > T(-1)) fail();
    value = is_well_ ? static_cast<T>(read) : T{};
  }
  template <std::unsigned_integral T>
  void bits(T& value, T known) {
    number(value);
    value &= known;
  }
  void share(double& value) { value = std::min(static_cast<double>(take()) / 1000, 1.0); }
  void flag(bool& value) {
    const auto read = take();
    if (read > 1) fail();
    value = is_well_ && read == 1;
  }
  template <class T>
    requires std::is_enum_v<T>
  void word(T& value, std::size_t count) {
    const auto read = take();
    if (read >= count) fail();
    value = is_well_ ? static_cast<T>(read) : T{};
  }
  // UTF-8 without control characters, whatever was sent.
  void text(std::string& value, std::size_t most) {
    value = bytes(most);
    const bool is_plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; });
    if (!is_plain) value = base::printable(value);
  }
  // The same with line feeds, and with characters that are not seen.
  void lines(std::string& value, std::size_t most) {
    value = bytes(most);
    const bool has_control =
        std::ranges::any_of(value, [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7f; });
    if (has_control || !base::is_utf8(value)) value = base::printable(value);
  }
  template <class T, class Each>
  void list(std::vector<T>& all, std::size_t most, Each each) {
    const auto size = take();
    if (size > most || size > bytes_.size()) fail();
    all.clear();
    for (std::uint64_t i = 0; is_well_ && i < size; ++i) each(all.emplace_back());
  }

 private:
  void fail() {
    is_well_ = false;
    bytes_ = {};
  }
  std::uint64_t take() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      out |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) return out;
    }
    fail();
    return 0;
  }
  std::string_view bytes(std::size_t most) {
    const auto size = take();
    if (size > most || size > bytes_.size()) fail();
    if (!is_well_) return {};
    const auto out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return out;
  }

  std::string_view bytes_;
  bool is_well_ = true;
};

}  // namespace rampart::guard
