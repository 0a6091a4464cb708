// What reading reports needs of a mailbox, whatever is behind it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/imap/client.h"

namespace rampart::reports {

class Inbox {
 public:
  virtual ~Inbox() = default;

  // Where mails go that were read.
  enum class Away : std::uint8_t {
    read,
    aside,  // no report could be read out of them
  };

  // For origins: "imap://reports@mail.bank.example/INBOX".
  [[nodiscard]] virtual const std::string& place() const = 0;
  // Looks at the mailbox as it is now: its UIDVALIDITY.
  virtual base::Result<std::uint32_t> look() = 0;
  // Mails that were not put away before, by UID.
  virtual base::Result<std::vector<net::imap::Listed>> list() = 0;
  // Nothing when it is gone. An error of kind input is about this mail alone.
  virtual base::Result<std::optional<std::string>> fetch(std::uint32_t uid) = 0;
  virtual base::Result<> put_away(const std::vector<std::uint32_t>& uids, Away where) = 0;
};

struct ImapInboxOptions {
  std::string mailbox = "INBOX";
  enum class Done : std::uint8_t { move, flag } done = Done::move;
  std::string read_mailbox = "Rampart-Read";
  std::string aside_mailbox = "Rampart-Aside";
};

// Keywords of mails that stay where they are.
inline constexpr std::string_view kReadKeyword = "$RampartRead";
inline constexpr std::string_view kAsideKeyword = "$RampartAside";

class ImapInbox final : public Inbox {
 public:
  // Signs in. Errors are those of net::imap::Client.
  static base::Result<ImapInbox> open(net::imap::Server server, ImapInboxOptions options);

  [[nodiscard]] const std::string& place() const override { return place_; }
  base::Result<std::uint32_t> look() override;
  base::Result<std::vector<net::imap::Listed>> list() override;
  base::Result<std::optional<std::string>> fetch(std::uint32_t uid) override { return client_.fetch(uid); }
  base::Result<> put_away(const std::vector<std::uint32_t>& uids, Away where) override;

  // Waits for new mail, for `most` at the longest: by IDLE, or, where the server has none, by asking in the end. True: there is
  // some.
  base::Result<bool> wait(std::chrono::milliseconds most, const std::function<bool()>& stop);
  [[nodiscard]] bool can_idle() const { return client_.can_idle(); }
  void close() { client_.close(); }

 private:
  ImapInbox(net::imap::Client client, ImapInboxOptions options, std::string place)
      : client_(std::move(client)), options_(std::move(options)), place_(std::move(place)) {}
  base::Result<> ensure(Away where);

  net::imap::Client client_;
  ImapInboxOptions options_;
  std::string place_;
  net::imap::Mailbox box_;
  bool ensured_[2] = {false, false};  // by Away
};

}  // namespace rampart::reports
