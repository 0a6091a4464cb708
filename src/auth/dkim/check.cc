#include "auth/dkim/check.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::dkim {
namespace {

constexpr std::string_view kVerify = "RFC 6376 section 6.1.3";
constexpr std::string_view kKey = "RFC 6376 section 6.1.2";
constexpr std::string_view kTags = "RFC 6376 section 3.5";

// Why a verifier does not use the key for this signature; empty when it does.
std::string why_not(const KeyRecord& key, const Signature& signature, Service service) {
  if (key.revoked) return "the key is revoked";
  if (key.type != signature.type)
    return fmt::format("the key is of type {}, the signature of {}", to_string(key.type),
                       to_string(signature.type));
  if (!key.serves(service)) return "the key is not for e-mail";
  if (!key.allows_sha256()) return "the key does not allow SHA-256";
  if (key.type == KeyType::rsa && key.bits != 0 && key.bits < kMinRsaBits)
    return fmt::format("the RSA key has {} bits, and fewer than {} are never valid", key.bits, kMinRsaBits);
  if (!key.usable(service)) return "the key record cannot be used";
  if (key.strict && signature.identity_domain != signature.domain)
    return "the key allows i= in exactly d= alone (t=s)";
  return {};
}

// "s1._domainkey.bank.example" with its text.
std::string named(const Signature& signature) { return signature.key_name.text(); }

// The keys that a verifier tries; with none of them it has said why.
std::vector<const KeyRecord*> usable_keys(Checked& checked, const Selector& selector, Service service) {
  const auto& signature = *checked.signature;
  std::vector<const KeyRecord*> out;
  if (selector.state == Selector::State::unknown) {
    checked.set(Result::temperror,
                fmt::format("the key {} could not be looked up: {}", named(signature), selector.why), kKey);
    return out;
  }
  if (selector.state == Selector::State::absent) {
    checked.set(Result::permerror, fmt::format("there is no key at {}", named(signature)), kKey);
    return out;
  }
  std::string why;
  for (const auto& key : selector.keys) {
    checked.bits = key.bits;
    checked.testing = key.testing;
    auto fault = why_not(key, signature, service);
    if (fault.empty()) {
      out.push_back(&key);
    } else if (why.empty()) {
      why = std::move(fault);
    }
  }
  if (out.empty()) checked.set(Result::permerror, fmt::format("{}: {}", named(signature), why), kKey);
  return out;
}

// A signature that holds, at another time than now.
void judge_times(Checked& checked, base::Time now) {
  const auto& signature = *checked.signature;
  if (signature.expires && *signature.expires < now) {
    checked.set(Result::fail, fmt::format("it expired at {}", base::format_time(*signature.expires)), kTags);
  } else if (signature.time && *signature.time > now + kAhead && checked.result == Result::pass) {
    checked.set(Result::policy,
                fmt::format("it is dated {}, which is to come", base::format_time(*signature.time)), kTags);
  }
}

}  // namespace

std::string_view added_field(const Signature& signature, const mail::FieldIndex& index) {
  constexpr std::string_view kOnce[] = {
      "from", "sender",  "reply-to",     "to",           "cc",
      "date", "subject", "mime-version", "content-type", "content-transfer-encoding"};
  const auto repeated = index.repeated();
  for (const auto name : kOnce) {
    if (std::ranges::none_of(repeated, [&](auto other) { return base::iequals(other, name); })) continue;
    const auto named = static_cast<std::size_t>(std::ranges::count(signature.names, name));
    if (named != 0 && index.find(name).size() > named) return name;
  }
  return {};
}

std::string_view to_string(Result result) {
  constexpr std::string_view kWords[] = {"none",    "pass",      "fail",     "policy",
                                         "neutral", "temperror", "permerror"};
  return kWords[static_cast<std::size_t>(result)];
}

void Checked::set(Result to, std::string reason, std::string_view where) {
  result = to;
  why = std::move(reason);
  section = where;
}

std::shared_ptr<const crypto::VerifyKey> KeyCache::find(KeyType type, std::string_view bytes) {
  auto& keys = type == KeyType::rsa ? rsa_ : ed25519_;
  const std::scoped_lock lock(mutex_);
  if (const auto known = keys.find(bytes); known != keys.end()) return known->second;
  const auto made = type == KeyType::rsa ? crypto::VerifyKey::rsa(bytes) : crypto::VerifyKey::ed25519(bytes);
  if (keys.size() >= most_) keys.clear();  // rare, and cheaper than keeping count of their use
  return keys.emplace(bytes, made ? *made : nullptr).first->second;
}

std::shared_ptr<const Signature> no_signature() {
  static const auto kNone = std::make_shared<const Signature>();
  return kNone;
}

const SignatureCheck::Body& SignatureCheck::body(const Signature& signature) {
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

std::string SignatureCheck::header_hash(const Checked& checked) const {
  const auto& signature = *checked.signature;
  thread_local std::string text;
  text.clear();
  add_fields(signature.header_canon, signature.names, message_.header, index_, text, checked.field);
  const auto& own = message_.header.fields[checked.field];
  add_header(signature.header_canon, own.name, without_signature(own.raw), text);
  return crypto::sha256(std::string_view(text).substr(0, text.size() - 2));
}

bool SignatureCheck::body_fits(Checked& checked) {
  const auto& signature = *checked.signature;
  const auto& hashed = body(signature);
  if (signature.length && *signature.length > hashed.length) {
    checked.set(Result::permerror,
                fmt::format("l= covers {} octets, and the body has {}", *signature.length, hashed.length),
                kTags);
    return false;
  }
  if (hashed.hash != signature.body_hash) {
    checked.set(Result::fail, "the body was changed after it was signed", kVerify);
    return false;
  }
  if (signature.length) checked.unsigned_octets = hashed.length - *signature.length;
  return true;
}

void SignatureCheck::try_keys(Checked& checked, const std::vector<const KeyRecord*>& keys,
                              std::string_view digest) {
  const auto& signature = *checked.signature;
  for (const auto* key : keys) {
    const auto ready = keys_.find(key->type, key->public_key);
    if (!ready || !ready->check(digest, signature.bytes)) continue;
    checked.bits = key->bits;
    checked.testing = key->testing;
    checked.verified = true;
    break;
  }
  if (!checked.verified) {
    checked.set(Result::fail, "the signature does not fit the header fields and the key", kVerify);
  } else if (checked.unsigned_octets != 0) {
    checked.set(Result::policy,
                fmt::format("{} octets of the body are not signed (l=)", checked.unsigned_octets),
                "RFC 6376 section 8.2");
  } else {
    checked.set(
        Result::pass,
        signature.type == KeyType::rsa
            ? fmt::format("signed by {} with an RSA key of {} bits", signature.domain.text(), checked.bits)
            : fmt::format("signed by {} with an Ed25519 key", signature.domain.text()),
        {});
  }
}

void SignatureCheck::judge(Checked& checked, facts::Facts& facts, base::Time now, Service service) {
  const auto& answer = facts.ask(checked.signature->key_name, dns::RrType::txt);
  if (answer.open()) return;
  const auto selector = read_selector(answer);
  const auto keys = usable_keys(checked, selector, service);
  if (keys.empty() || !body_fits(checked)) return;
  try_keys(checked, keys, header_hash(checked));
  if (checked.verified) judge_times(checked, now);
}

void SignatureCheck::judge_seal(Checked& checked, std::string_view digest, facts::Facts& facts,
                                base::Time now) {
  const auto& answer = facts.ask(checked.signature->key_name, dns::RrType::txt);
  if (answer.open()) return;
  const auto selector = read_selector(answer);
  const auto keys = usable_keys(checked, selector, Service::email);
  if (keys.empty()) return;
  try_keys(checked, keys, digest);
  if (checked.verified) judge_times(checked, now);
}

}  // namespace rampart::dkim
