#include "auth/arc/seal.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/dkim/canon.h"
#include "auth/dkim/sign.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::arc {
namespace {

using base::ErrorKind;
using dkim::Canon;

constexpr unsigned kMaxSealBits = 4096;  // of RSA: b= stands in one line, which may have 998 octets

// A field's text, and the place where the signature goes.
struct Draft {
  std::string text;
  std::size_t signature_at = 0;
};

// In one line: white space within b= is a part of what the next seal covers, and a relay may fold it anew.
std::string finished(Draft draft, std::string_view signature) {
  draft.text.insert(draft.signature_at, base::encode_base64(signature));
  return std::move(draft.text) + "\r\n";
}

class Sealer {
 public:
  Sealer(const mail::Message& message, const mail::FieldIndex& index, const crypto::SignKey& key,
         const Chain& chain, Result found, const SealOptions& options)
      : message_(message),
        index_(index),
        key_(key),
        chain_(chain),
        found_(found),
        options_(options),
        instance_(chain.highest + 1) {}

  base::Result<std::string> make(std::string_view results) {
    const auto results_field = fmt::format("ARC-Authentication-Results: i={}; {}\r\n", instance_, results);
    const auto message_field = TRY(sign(message_draft(), message_text()));
    std::string sealed =
        found_ == Result::pass ? sealed_text(message_.header, chain_.sets, true) : std::string();
    dkim::add_header(Canon::relaxed, "ARC-Authentication-Results", results_field, sealed);
    dkim::add_header(Canon::relaxed, "ARC-Message-Signature", message_field, sealed);
    return TRY(sign(seal_draft(), sealed)) + message_field + results_field;
  }

 private:
  [[nodiscard]] std::string algorithm() const {
    return key_.type() == crypto::SignKey::Type::rsa ? "rsa-sha256" : "ed25519-sha256";
  }
  [[nodiscard]] std::string tail() const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(options_.now).time_since_epoch().count();
    return fmt::format("i={}; s={};\r\n\tt={}", instance_, options_.selector, seconds);
  }

  // The tags stand in the order of the alphabet, as in the examples of RFC 8617.
  Draft message_draft() {
    names_ = options_.names;
    if (names_.empty()) {
      auto fields = dkim::usual_fields();
      fields.emplace_back("dkim-signature");
      names_ = dkim::signed_names(fields, index_);
    }
    dkim::BodyHash body(Canon::relaxed);
    body.update(message_.body);
    Draft out{.text = fmt::format("ARC-Message-Signature: a={};\r\n\tb=", algorithm())};
    out.signature_at = out.text.size();
    // With a space before i=, without which python3-dkim (1.1) does not find the field.
    out.text += fmt::format(";\r\n\tbh={}; c=relaxed/relaxed;\r\n\td={}; h={};\r\n\t {}",
                            base::encode_base64(body.finish()), options_.domain.text(),
                            dkim::folded_names(names_), tail());
    return out;
  }
  [[nodiscard]] std::string message_text() const {
    std::string out;
    dkim::add_fields(Canon::relaxed, names_, message_.header, index_, out);
    return out;
  }

  [[nodiscard]] Draft seal_draft() const {
    Draft out{.text = fmt::format("ARC-Seal: a={};\r\n\tb=", algorithm())};
    out.signature_at = out.text.size();
    out.text += fmt::format(";\r\n\tcv={}; d={}; {}", to_string(found_), options_.domain.text(), tail());
    return out;
  }

  // The field, signed over `covered` and itself.
  [[nodiscard]] base::Result<std::string> sign(Draft draft, std::string covered) const {
    const auto name = std::string_view(draft.text).substr(0, draft.text.find(':'));
    dkim::add_header(Canon::relaxed, name, draft.text, covered);
    covered.resize(covered.size() - 2);
    const auto signature = key_.sign(crypto::sha256(covered));
    if (signature.empty()) return base::fail(ErrorKind::internal, "OpenSSL did not sign");
    return finished(std::move(draft), signature);
  }

  const mail::Message& message_;
  const mail::FieldIndex& index_;
  const crypto::SignKey& key_;
  const Chain& chain_;
  Result found_;
  const SealOptions& options_;
  unsigned instance_;
  std::vector<std::string> names_;
};

// A field's text: every line end is followed by white space and something else, and a CR by its LF.
bool stays_inside(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return false;
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return false;
    if (text[i] != '\n') continue;
    const auto next = text.find_first_not_of(" \t", i + 1);
    if (next == i + 1 || next == std::string_view::npos || text[next] == '\r' || text[next] == '\n')
      return false;
  }
  return true;
}

}  // namespace

base::Result<std::string> seal(const mail::Message& message, const mail::FieldIndex& index,
                               const crypto::SignKey& key, Result found, std::string_view results,
                               const SealOptions& options) {
  if (found == Result::temperror)
    return base::fail(ErrorKind::unavailable, "whether the chain holds could not be found out", {},
                      "try again later");
  if (!stays_inside(results))
    return base::fail(ErrorKind::input, "the authentication results are no field's text");
  if (key.bits() > kMaxSealBits)
    return base::fail(
        ErrorKind::input,
        fmt::format("a seal by a key of {} bits has a line that no server need take", key.bits()), {},
        fmt::format("seal with a key of at most {} bits (RFC 5322 section 2.1.1)", kMaxSealBits));
  const auto chain = read_chain(message.header, index);
  if (chain.ended || chain.highest >= dkim::kMaxInstance) return std::string();
  return Sealer(message, index, key, chain, found, options).make(results);
}

}  // namespace rampart::arc
