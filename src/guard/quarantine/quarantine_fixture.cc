// Puts a message into a quarantine, as the guard would, for tests of what is done with it there.
//
//   quarantine_fixture STORE FOLDER SEAL-FILE QUEUE-ID SENDER RECIPIENT… < mail.eml     # prints its id
#include <cstdio>

#include "base/file.h"
#include "base/text.h"
#include "crypto/private_file.h"
#include "guard/quarantine/quarantine.h"
#include "mail/from.h"
#include "mail/message.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kMaxMail = std::size_t{64} << 20U;

base::Result<std::string> keep(std::span<char* const> words) {
  auto database = TRY(store::Database::open(words[0]));
  QuarantineOptions options{.folder = words[1], .seal = {}, .limits = {}};
  options.seal = TRY(crypto::SealKey::from_text(TRY(crypto::read_private(words[2]))));
  auto quarantine = TRY(Quarantine::open(database, std::move(options)));
  const auto bytes = TRY(base::read_file("-", kMaxMail));
  const auto message = TRY(mail::Message::parse(std::string_view(bytes)));
  KeptMessage entry;
  entry.received = base::now();
  entry.queue_id = words[3];
  entry.mail_from = words[4];
  for (const auto* recipient : words.subspan(5)) entry.recipients.emplace_back(recipient);
  entry.client = "198.51.100.9";
  entry.helo = "mail.elsewhere.example";
  for (const auto& domain : mail::read_author(message.header).domains) entry.author = domain.text();
  for (const auto& field : message.header.fields) {
    const auto value = base::excerpt(base::trim(mail::unfold(field.value)), 200);
    if (field.is("From")) entry.from = value;
    if (field.is("Subject")) entry.subject = value;
    if (field.is("Message-ID")) entry.message_id = value;
  }
  entry.causes = {{.code = "dmarc-quarantine",
                   .text = entry.author + " asks to quarantine what is not authenticated",
                   .section = "RFC 9989 section 5.4"}};
  return quarantine.keep(std::move(entry), bytes, base::now());
}

}  // namespace
}  // namespace rampart::guard

int main(int count, char** words) {
  if (count < 7) {
    std::fputs("usage: quarantine_fixture STORE FOLDER SEAL-FILE QUEUE-ID SENDER RECIPIENT... < mail.eml\n",
               stderr);
    return 2;
  }
  const auto id = rampart::guard::keep(std::span(words + 1, static_cast<std::size_t>(count) - 1));
  if (!id) std::fprintf(stderr, "%s\n", id.error().message().c_str());
  if (id) std::puts(id->c_str());
  return id ? 0 : 1;
}
