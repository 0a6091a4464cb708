// A mailbox on an IMAP server (RFC 9051, RFC 3501), as far as something that reads mails and puts them away needs it.
//
//   auto client = TRY(imap::Client::open(server));           // TLS, signed in
//   const auto box = TRY(client.select("INBOX"));
//   for (const auto& mail : TRY(client.list(box))) use(TRY(client.fetch(mail.uid)));
//   TRY(client.move(uids, "Read"));
//   const auto news = TRY(client.idle(28min));
//
// Blocking; one thread's. An error leaves nothing that can be gone on with: open another. Errors are of kind unavailable (no
// connection, a server that broke the rules or said no), of kind config (it refused user, password or token, or the mailbox), or
// of kind input (this one message).
//
// No libcurl, which cannot IDLE and gives no hold of a literal's size before it comes; libetpan, which could, reads literals of
// any size.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.h"
#include "net/imap/response.h"
#include "net/tls_stream.h"

namespace rampart::net::imap {

inline constexpr std::uint16_t kImaps = 993;  // RFC 8314
inline constexpr std::uint16_t kImap = 143;

// Octets of a message that is fetched; our own, and what a mail may have anywhere here.
inline constexpr std::size_t kMaxMessage = std::size_t{64} << 20U;
inline constexpr std::size_t kMaxListed =
    1'000'000;  // messages of a mailbox that are looked at in one go; our own
// RFC 2177: a server may take a client for gone after 30 minutes; our own, below the 29 that it asks for.
inline constexpr std::chrono::minutes kMaxIdle{28};

struct Server {
  enum class Tls : std::uint8_t {
    implicit,  // from the first byte (RFC 8314)
    starttls,  // required: a server that does not offer it hears nothing of us
  };
  std::string host;
  std::uint16_t port = kImaps;
  Tls tls = Tls::implicit;
  std::string user;
  crypto::Secret password;
  crypto::Secret token;                       // OAuth 2.0 bearer token; instead of the password
  std::string ca_file;                        // instead of the system's roots
  std::chrono::milliseconds timeout{60'000};  // of what a command waits for next
  std::function<bool()> stop;                 // asked several times a second; true gives up
};

struct Mailbox {
  std::uint32_t validity = 0;  // UIDVALIDITY: UIDs mean something together with it alone
  std::uint32_t messages = 0;
  bool writable = false;
  bool keywords = false;  // new ones can be stored
};

struct Listed {
  std::uint32_t uid = 0;
  std::uint64_t size = 0;              // octets, as the server says
  std::optional<base::Time> received;  // INTERNALDATE
  bool deleted = false;
  std::vector<std::string> keywords;  // flags without a backslash
};

class Client {
 public:
  static base::Result<Client> open(Server server);

  // For reading and writing.
  base::Result<Mailbox> select(const std::string& mailbox);
  // What is in the selected mailbox, by UID.
  base::Result<std::vector<Listed>> list(const Mailbox& mailbox);
  // A message's bytes; nothing when it is gone. Larger than kMaxMessage: an error of kind input. No flag is changed.
  base::Result<std::optional<std::string>> fetch(std::uint32_t uid);
  // Makes the mailbox if it is not there.
  base::Result<> ensure(const std::string& mailbox);
  // To another mailbox. Without MOVE (RFC 6851): copied and flagged \Deleted, and expunged where UIDPLUS (RFC 4315) lets us take
  // away just these.
  base::Result<> move(const std::vector<std::uint32_t>& uids, const std::string& mailbox);
  base::Result<> add_keyword(const std::vector<std::uint32_t>& uids, const std::string& keyword);

  [[nodiscard]] bool can_idle() const { return has("IDLE"); }
  // Waits for news of the selected mailbox, for `most` at the longest (RFC 2177). True: there are some.
  base::Result<bool> idle(std::chrono::milliseconds most);
  // Whether there are news, asked (NOOP).
  base::Result<bool> poll();
  // Says goodbye; faults are ignored.
  void close();

 private:
  Client(Server server, TlsStream stream) : server_(std::move(server)), stream_(std::move(stream)) {}

  struct Answer {
    Response status;                  // the tagged one
    std::vector<Response> responses;  // untagged ones before it
  };

  [[nodiscard]] bool has(std::string_view capability) const;
  void note_capabilities(const std::vector<Value>& values);
  base::Result<> ask_capabilities();
  base::Result<> greet();
  base::Result<> start_tls();
  base::Result<> sign_in();
  base::Result<> authenticate(std::string_view mechanism, const crypto::Secret& first);
  base::Result<> log_in();
  [[nodiscard]] std::unexpected<base::Error> refused(const Response& status, std::string_view what) const;
  [[nodiscard]] std::unexpected<base::Error> error(base::ErrorKind kind, std::string what,
                                                   std::string hint = {}) const;

  base::Result<> send(std::string_view line);
  // The next response; nothing when none came until the deadline.
  base::Result<std::optional<Response>> hear(TlsStream::Clock::time_point deadline);
  base::Result<Response> hear_one();
  std::string next_tag();
  // Sends a command and reads up to its end. Literals of `most` octets.
  base::Result<Answer> ask(const std::string& command, std::size_t most = kMaxLiteral);
  base::Result<Answer> finish(const std::string& tag);
  // The same; anything but OK is an error about `what`.
  base::Result<Answer> demand(const std::string& command, std::string_view what);
  // Notes what an untagged response says of the mailbox.
  void note(const Response& response);

  Server server_;
  TlsStream stream_;
  ResponseReader reader_;
  std::vector<std::string> capabilities_;  // upper case
  unsigned tags_ = 0;
  std::uint64_t heard_ = 0;   // responses of the command at hand
  std::size_t octets_ = 0;    // of the command at hand
  std::size_t large_ = 0;     // octets of a message that may be among them
  std::uint32_t exists_ = 0;  // messages in the selected mailbox
  bool news_ = false;
};

}  // namespace rampart::net::imap
