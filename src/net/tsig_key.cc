#include "net/tsig_key.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

namespace rampart::net {
namespace {

using base::ErrorKind;

constexpr std::string_view kForm =
    R"(it is written as: key "NAME" { algorithm hmac-sha256; secret "BASE64"; };)";

// Words, quoted words and the signs { } ; one after another.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  // Empty at the end, and where a quote or a comment does not end.
  std::string_view next() {
    skip();
    if (text_.empty()) return {};
    constexpr std::string_view kSigns = "{};";
    if (kSigns.find(text_.front()) != std::string_view::npos) return take(1);
    if (text_.front() == '"') {
      const auto end = text_.find_first_of("\"\n", 1);
      if (end == std::string_view::npos || text_[end] == '\n') return {};
      const auto word = take(end + 1);
      return word.substr(1, word.size() - 2);
    }
    return take(std::min(text_.find_first_of(" \t\r\n{};\""), text_.size()));
  }
  bool at_end() {
    skip();
    return text_.empty();
  }

 private:
  std::string_view take(std::size_t size) {
    const auto word = text_.substr(0, size);
    text_.remove_prefix(size);
    return word;
  }
  void skip_past(std::string_view mark) {
    const auto at = text_.find(mark);
    text_.remove_prefix(at == std::string_view::npos ? text_.size() : at + mark.size());
  }
  void skip() {
    while (!text_.empty()) {
      if (base::is_wsp(text_.front()) || text_.front() == '\n' || text_.front() == '\r') {
        text_.remove_prefix(1);
      } else if (text_.starts_with("/*")) {
        skip_past("*/");
      } else if (text_.starts_with("//") || text_.starts_with("#")) {
        skip_past("\n");
      } else {
        return;
      }
    }
  }
  std::string_view text_;
};

void wipe(std::string& text) { OPENSSL_cleanse(text.data(), text.size()); }

base::Result<std::string> algorithm_of(std::string_view word, const std::string& file) {
  auto name = base::lower(word);
  if (name.ends_with('.')) name.pop_back();
  if (name == "hmac-sha256" || name == "hmac-sha512") return name;
  // ldns 1.8 has a misspelt name for hmac-sha384, so no server would know what we mean.
  return base::fail(ErrorKind::input, "the key's algorithm is none that Rampart signs with", file,
                    "make a key of hmac-sha256 or hmac-sha512 (tsig-keygen, keymgr -t)");
}

}  // namespace

TsigKey::~TsigKey() { wipe(secret_); }

base::Result<TsigKey> parse_tsig_key(std::string_view text, const std::string& file) {
  const auto malformed = [&](std::string_view what) {
    return base::fail(ErrorKind::input, fmt::format("this is no key file: {}", what), file,
                      std::string(kForm));
  };
  Words words(text);
  if (words.next() != "key") return malformed("it does not begin with the word key");
  const auto name = dns::Name::try_parse(words.next());
  if (!name || name->is_root()) return malformed("the key has no valid name");
  if (words.next() != "{") return malformed("{ does not follow the name");
  std::string algorithm;
  std::string_view secret;
  while (true) {
    const auto word = words.next();
    if (word == "}") break;
    if (word == "algorithm" && algorithm.empty()) {
      algorithm = TRY(algorithm_of(words.next(), file));
    } else if (word == "secret" && secret.empty()) {
      secret = words.next();
    } else {
      return malformed("between { and } stand an algorithm and a secret, each once");
    }
    if (words.next() != ";") return malformed("a ; is missing");
  }
  if (words.next() != ";") return malformed("a ; is missing behind }");
  if (!words.at_end()) return malformed("something follows the key, and a file holds one key alone");
  if (algorithm.empty() || secret.empty()) return malformed("it lacks its algorithm or its secret");
  auto bytes = base::decode_base64(secret);
  const auto size = bytes ? bytes->size() : 0;
  if (bytes) wipe(*bytes);
  if (!bytes) return malformed("the secret is no base64");
  if (size < kMinTsigSecret || size > kMaxTsigSecret) {
    return base::fail(
        ErrorKind::input,
        fmt::format("the secret has {} bytes; {} to {} are taken", size, kMinTsigSecret, kMaxTsigSecret),
        file, "make a key with tsig-keygen or keymgr -t");
  }
  return TsigKey(*name, std::move(algorithm), std::string(secret));
}

base::Result<TsigKey> load_tsig_key(const std::string& path) {
  struct Closer {
    int file;
    ~Closer() {
      if (file >= 0) ::close(file);
    }
  };
  const auto where = base::printable(path);
  const Closer closer{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)};
  if (closer.file < 0) {
    const bool link = errno == ELOOP;
    return base::fail(
        ErrorKind::io, link ? "is a symbolic link" : fmt::format("cannot open: {}", std::strerror(errno)),
        where, link ? "name the key file itself" : "check the spelling, and that you may read it");
  }
  struct stat status{};
  if (::fstat(closer.file, &status) != 0)
    return base::fail(ErrorKind::io, fmt::format("cannot read: {}", std::strerror(errno)), where);
  if (!S_ISREG(status.st_mode)) return base::fail(ErrorKind::input, "is not a regular file", where);
  if (status.st_uid != ::geteuid())
    return base::fail(ErrorKind::input, "does not belong to the user who runs rampart", where,
                      "whoever owns the file can read the key, so it must be yours");
  if ((status.st_mode & 077U) != 0)
    return base::fail(
        ErrorKind::input, fmt::format("others may read or write it (mode {:04o})", status.st_mode & 07777U),
        where, fmt::format("chmod 600 {}, and make a new key if somebody may have seen it", where));
  std::string text(kMaxKeyFile + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(closer.file, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return base::fail(ErrorKind::io, fmt::format("cannot read: {}", std::strerror(errno)), where);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMaxKeyFile)
    return base::fail(ErrorKind::input,
                      fmt::format("is larger than {} bytes, so it is no key file", kMaxKeyFile), where);
  auto key = parse_tsig_key(std::string_view(text).substr(0, size), where);
  wipe(text);
  return key;
}

}  // namespace rampart::net
