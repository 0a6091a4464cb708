// rampart dkim: keys, and signatures made with them.
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/format/words.h"
#include "audit/selectors.h"
#include "auth/dkim/sign.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kMaxMail = std::size_t{64} << 20;  // bytes; larger than servers let through
constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;
constexpr unsigned kLeastBits = 2048;  // RFC 8301 section 3.2 recommends them, and the advisory asks for them
constexpr unsigned kMostBits = 4096;   // RFC 8301 section 3.2: verifiers must go this far only

struct Request {
  std::string domain;
  std::string selector;
  std::string key;
  std::string file;
  std::string output = "-";
  std::string type = "rsa";
  unsigned bits = kLeastBits;
};

Result<> check_selector(const std::string& selector) {
  if (audit::is_selector(selector)) return {};
  return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no selector", base::printable(selector)),
                    "--selector", "letters, digits, - and _, such as s202611");
}

// A new file that its owner alone may read.
Result<> write_secret(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const auto failed = [&](int code) {
    return base::fail(code == EEXIST ? ErrorKind::usage : ErrorKind::io,
                      code == EEXIST
                          ? "is there already, and a key is never overwritten"
                          : fmt::format("cannot be written: {}", std::generic_category().message(code)),
                      base::printable(path), code == EEXIST ? "name another file with --key" : "");
  };
  if (file < 0) return failed(errno);
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int code = errno;
      ::close(file);
      ::unlink(path.c_str());
      return failed(code);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool kept = ::fsync(file) == 0;
  const int code = errno;
  ::close(file);
  if (kept) return {};
  ::unlink(path.c_str());
  return failed(code);
}

Result<crypto::SignKey> read_key(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077U) != 0)
    return base::fail(ErrorKind::input,
                      fmt::format("others may read or write it (mode {:04o})", status.st_mode & 07777U),
                      base::printable(path), "chmod 600 it, and make a new key if somebody may have seen it");
  auto key = crypto::SignKey::from_pem(TRY(base::read_file(path, kMaxKeyFile)));
  if (key) return key;
  auto error = key.error();
  error.where = base::printable(path);
  return std::unexpected(std::move(error));
}

Result<Exit> run_keygen(Session& session, const Request& request) {
  const auto domain = TRY(domain_of(request.domain));
  TRY(check_selector(request.selector));
  const auto name = domain.prepend(request.selector + "._domainkey");
  if (!name) return base::fail(ErrorKind::usage, "the key's name is too long", "--selector");
  if (request.bits < kLeastBits || request.bits > kMostBits)
    return base::fail(ErrorKind::usage, fmt::format("RSA keys have {} to {} bits", kLeastBits, kMostBits),
                      "--bits",
                      "fewer are not safe, and more are not read everywhere (RFC 8301 section 3.2)");
  const bool rsa = request.type == "rsa";
  const auto key = TRY(
      crypto::SignKey::make(rsa ? crypto::SignKey::Type::rsa : crypto::SignKey::Type::ed25519, request.bits));
  TRY(write_secret(request.key, key.pem()));
  audit::Remedy record{.action = audit::Remedy::Action::add, .name = *name, .data = {}};
  record.data = fmt::format("v=DKIM1; k={}; p={}", request.type, base::encode_base64(key.public_key()));
  TRY(session.print(audit::zone_line(record) + '\n'));
  session.note(fmt::format("the private key is in {}; publish the record, then sign with it", request.key));
  return Exit::clean;
}

Result<Exit> run_sign(Session& session, const Request& request) {
  dkim::SignOptions options;
  options.domain = TRY(domain_of(request.domain));
  TRY(check_selector(request.selector));
  options.selector = base::lower(request.selector);
  options.now = base::now();
  const auto key = TRY(read_key(request.key));
  const auto bytes = TRY(base::read_file(request.file, kMaxMail));
  const auto message = mail::Message::parse(bytes);
  if (!message) {
    auto error = message.error();
    error.where = base::printable(request.file);
    return std::unexpected(std::move(error));
  }
  const mail::FieldIndex index(message->header);
  auto field = TRY(dkim::sign(*message, index, key, options));
  // In the line ends of the message.
  if (bytes.find("\r\n") == std::string::npos) std::erase(field, '\r');
  const auto text = field + bytes;
  TRY(request.output == "-" ? session.print(text) : base::write_file(request.output, text));
  return Exit::clean;
}

void add_keygen(CLI::App& dkim, Session& session) {
  auto* command = dkim.add_subcommand("keygen", "Make a key, and print the record to publish");
  const auto request = std::make_shared<Request>();
  command->add_option("DOMAIN", request->domain, "The domain that signs")->required();
  command->add_option("--selector", request->selector, "The key's name below _domainkey")
      ->required()
      ->type_name("NAME");
  command
      ->add_option("--key", request->key, "The new file for the private key, which its owner alone may read")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--type", request->type,
                   "rsa, which every receiver reads, or ed25519, to be used beside it [rsa]")
      ->check(one_of({"rsa", "ed25519"}));
  command->add_option("--bits", request->bits, "Of RSA [2048]")->type_name("BITS");
  session.on_run(*command, [request](Session& s) { return run_keygen(s, *request); });
}

void add_sign(CLI::App& dkim, Session& session) {
  auto* command = dkim.add_subcommand("sign", "Sign a message, and print it with its signature");
  const auto request = std::make_shared<Request>();
  command->add_option("FILE", request->file, "The message, as an .eml file; - for standard input")
      ->required();
  command->add_option("--domain", request->domain, "The domain that signs")->required()->type_name("DOMAIN");
  command->add_option("--selector", request->selector, "The key's name below _domainkey")
      ->required()
      ->type_name("NAME");
  command->add_option("--key", request->key, "The private key, in PEM")->required()->type_name("FILE");
  command->add_option("--output", request->output, "Write to a file, whole or not at all")->type_name("FILE");
  session.on_run(*command, [request](Session& s) { return run_sign(s, *request); });
}

}  // namespace

void add_dkim_command(CLI::App& root, Session& session) {
  auto* dkim = root.add_subcommand("dkim", "Make DKIM keys, and sign with them");
  add_keygen(*dkim, session);
  add_sign(*dkim, session);
}

}  // namespace rampart::cli
