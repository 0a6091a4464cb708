#include "auth/dkim/verify.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::dkim {
namespace {

constexpr std::string_view kVerify = "RFC 6376 section 6.1.3";
constexpr std::string_view kKey = "RFC 6376 section 6.1.2";

void set(Checked& checked, Result result, std::string why, std::string_view section) {
  checked.result = result;
  checked.why = std::move(why);
  checked.section = section;
}

// Why a verifier does not use the key for this signature; empty when it does.
std::string why_not(const KeyRecord& key, const Signature& signature) {
  if (key.revoked) return "the key is revoked";
  if (key.type != signature.type)
    return fmt::format("the key is of type {}, the signature of {}", to_string(key.type),
                       to_string(signature.type));
  if (!key.for_email()) return "the key is not for e-mail";
  if (!key.allows_sha256()) return "the key does not allow SHA-256";
  if (key.type == KeyType::rsa && key.bits != 0 && key.bits < kMinRsaBits)
    return fmt::format("the RSA key has {} bits, and fewer than {} are never valid", key.bits, kMinRsaBits);
  if (!key.usable()) return "the key record cannot be used";
  if (key.strict && signature.identity_domain != signature.domain)
    return "the key allows i= in exactly d= alone (t=s)";
  return {};
}

// Fields that come once and that a reader sees or reads the body by (RFC 5322 section 3.6, RFC 2045 section 3).
constexpr std::string_view kOnce[] = {
    "from", "sender",  "reply-to",     "to",           "cc",
    "date", "subject", "mime-version", "content-type", "content-transfer-encoding"};

// The first of them that is there more often than it is signed: what is signed is the lower one, and many readers show the
// upper one (RFC 6376 section 8.15). A field that is not signed at all is the signer's choice. Empty when there is none.
std::string_view added_field(const Signature& signature, const mail::FieldIndex& index) {
  for (const auto name : kOnce) {
    const auto named = static_cast<std::size_t>(std::ranges::count(signature.names, name));
    if (named != 0 && index.find(name).size() > named) return name;
  }
  return {};
}

// "s1._domainkey.bank.example" with its text.
std::string named(const Signature& signature) { return signature.key_name.text(); }

}  // namespace

std::string_view to_string(Result result) {
  constexpr std::string_view kWords[] = {"none",    "pass",      "fail",     "policy",
                                         "neutral", "temperror", "permerror"};
  return kWords[static_cast<std::size_t>(result)];
}

std::shared_ptr<const crypto::VerifyKey> KeyCache::find(KeyType type, const std::string& bytes) {
  const auto id = std::string(1, type == KeyType::rsa ? 'r' : 'e') + bytes;
  const std::scoped_lock lock(mutex_);
  if (const auto known = keys_.find(id); known != keys_.end()) return known->second;
  const auto made = type == KeyType::rsa ? crypto::VerifyKey::rsa(bytes) : crypto::VerifyKey::ed25519(bytes);
  if (keys_.size() >= most_) keys_.clear();  // rare, and cheaper than keeping count of their use
  return keys_.emplace(id, made ? *made : nullptr).first->second;
}

Verifier::Verifier(const mail::Message& message, const mail::FieldIndex& index, KeyCache& keys)
    : message_(message), index_(index), keys_(keys) {
  for (const auto place : index.find("DKIM-Signature")) {
    auto& checked = signatures_.emplace_back();
    checked.field = place;
    if (signatures_.size() > kMaxVerified) {
      set(checked, Result::policy, fmt::format("only the first {} signatures are verified", kMaxVerified),
          {});
      continue;
    }
    checked.signature = parse_signature(message.header.fields[place].value);
    if (!checked.signature.fault.empty())
      set(checked, Result::permerror, checked.signature.fault, checked.signature.section);
  }
}

const Verifier::Body& Verifier::body(const Signature& signature) {
  const auto known = std::ranges::find_if(bodies_, [&](const Body& body) {
    return body.canon == signature.body_canon && body.limit == signature.length;
  });
  if (known != bodies_.end()) return *known;
  auto& out = bodies_.emplace_back();
  out.canon = signature.body_canon;
  out.limit = signature.length;
  auto hash =
      signature.length ? BodyHash(signature.body_canon, *signature.length) : BodyHash(signature.body_canon);
  hash.update(message_.body);
  out.hash = hash.finish();
  out.length = hash.length();
  return out;
}

std::string Verifier::header_hash(const Checked& checked) const {
  const auto& signature = checked.signature;
  thread_local std::string text;
  text.clear();
  add_fields(signature.header_canon, signature.names, message_.header, index_, text);
  const auto& own = message_.header.fields[checked.field];
  add_header(signature.header_canon, own.name, without_signature(own.raw), text);
  return crypto::sha256(std::string_view(text).substr(0, text.size() - 2));
}

void Verifier::verify(Checked& checked, const std::vector<KeyRecord>& keys) {
  const auto& signature = checked.signature;
  std::string why;
  std::vector<const KeyRecord*> usable;
  for (const auto& key : keys) {
    checked.bits = key.bits;
    checked.testing = key.testing;
    auto fault = why_not(key, signature);
    if (fault.empty()) {
      usable.push_back(&key);
    } else if (why.empty()) {
      why = std::move(fault);
    }
  }
  if (usable.empty()) {
    set(checked, Result::permerror, fmt::format("{}: {}", named(signature), why), kKey);
    return;
  }
  const auto& hashed = body(signature);
  if (signature.length && *signature.length > hashed.length) {
    set(checked, Result::permerror,
        fmt::format("l= covers {} octets, and the body has {}", *signature.length, hashed.length),
        "RFC 6376 section 3.5");
    return;
  }
  if (hashed.hash != signature.body_hash) {
    set(checked, Result::fail, "the body was changed after it was signed", kVerify);
    return;
  }
  const auto digest = header_hash(checked);
  for (const auto* key : usable) {
    const auto ready = keys_.find(key->type, key->public_key);
    if (!ready || !ready->check(digest, signature.bytes)) continue;
    checked.bits = key->bits;
    checked.testing = key->testing;
    checked.verified = true;
    break;
  }
  if (!checked.verified) {
    set(checked, Result::fail, "the signature does not fit the header fields and the key", kVerify);
    return;
  }
  set(checked, Result::pass,
      fmt::format("signed by {} with a key of {} bits", signature.domain.text(), checked.bits), {});
  if (const auto added = added_field(signature, index_); !added.empty())
    set(checked, Result::policy, fmt::format("the field {} is there more often than it is signed", added),
        "RFC 6376 section 8.15");
  if (!signature.length) return;
  checked.unsigned_octets = hashed.length - *signature.length;
  if (checked.unsigned_octets != 0)
    set(checked, Result::policy,
        fmt::format("{} octets of the body are not signed (l=)", checked.unsigned_octets),
        "RFC 6376 section 8.2");
}

void Verifier::judge(Checked& checked, facts::Facts& facts, base::Time now) {
  const auto& signature = checked.signature;
  const auto& answer = facts.ask(signature.key_name, dns::RrType::txt);
  if (answer.open()) return;
  const auto selector = read_selector(answer);
  if (selector.state == Selector::State::unknown) {
    set(checked, Result::temperror,
        fmt::format("the key {} could not be looked up: {}", named(signature), selector.why), kKey);
  } else if (selector.state == Selector::State::absent) {
    set(checked, Result::permerror, fmt::format("there is no key at {}", named(signature)), kKey);
  } else {
    verify(checked, selector.keys);
  }
  if (!checked.verified) return;
  if (signature.expires && *signature.expires < now) {
    set(checked, Result::fail, fmt::format("it expired at {}", base::format_time(*signature.expires)),
        "RFC 6376 section 3.5");
  } else if (signature.time && *signature.time > now + kAhead && checked.result == Result::pass) {
    set(checked, Result::policy,
        fmt::format("it is dated {}, which is to come", base::format_time(*signature.time)),
        "RFC 6376 section 3.5");
  }
}

std::vector<dns::Name> Verifier::domains() const {
  std::vector<dns::Name> out;
  for (const auto& checked : signatures_) {
    const auto& domain = checked.signature.domain;
    if (checked.result == Result::none && std::ranges::find(out, domain) == out.end()) out.push_back(domain);
  }
  return out;
}

std::vector<Checked> Verifier::results(facts::Facts& facts, base::Time now) {
  // All keys are asked for before the first is looked at.
  for (const auto& checked : signatures_) {
    if (checked.result == Result::none) (void)facts.ask(checked.signature.key_name, dns::RrType::txt);
  }
  if (facts.pending()) return {};
  auto out = signatures_;
  for (auto& checked : out) {
    if (checked.result == Result::none) judge(checked, facts, now);
  }
  return out;
}

}  // namespace rampart::dkim
