// Text that is overwritten before its memory is given back: private keys, and what opens them.
#pragma once

#include <string>
#include <string_view>

#include <openssl/crypto.h>

namespace rampart::crypto {

inline void wipe(std::string& text) { OPENSSL_cleanse(text.data(), text.size()); }

class Secret {
 public:
  Secret() = default;
  // Takes the text's memory over where it is longer than a few bytes; hand temporaries in, no copies.
  explicit Secret(std::string&& text) : text_(std::move(text)) {}
  explicit Secret(std::string_view text) : text_(text) {}
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {}
  Secret& operator=(Secret&& other) noexcept {
    wipe(text_);
    text_ = std::move(other.text_);
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(text_); }

  // Valid while *this lives.
  [[nodiscard]] std::string_view view() const { return text_; }
  // NOLINTNEXTLINE(google-explicit-constructor): to look at, as any text is
  operator std::string_view() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace rampart::crypto
