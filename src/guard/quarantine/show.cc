#include "guard/quarantine/show.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/ink.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::guard {
namespace {

using base::JsonWriter;
using base::printable;
using base::Tone;

constexpr std::size_t kMinWidth = 60;  // columns
constexpr std::size_t kLabel = 12;     // "Recipients  "
constexpr std::size_t kIdWidth = 26;
constexpr std::size_t kTimeWidth = 20;
constexpr std::size_t kStateWidth = 9;
constexpr std::size_t kShownField = 300;  // octets
constexpr std::size_t kShownWhy = 1'000;  // the same of a cause

std::string why_of(const KeptMessage& message) {
  return message.causes.empty() ? std::string(to_string(message.action)) : message.causes.front().text;
}

// "released on 2026-11-27T12:00:00Z by admin"
std::string state_of(const KeptMessage& message) {
  auto out = std::string(to_string(message.state));
  if (message.state == KeptState::kept) return out;
  out += fmt::format(" since {}", base::format_time(message.changed));
  if (!message.by.empty()) out += fmt::format(" by {}", message.by);
  if (message.state == KeptState::releasing)
    out += ": the release was begun and not finished, so it may have been delivered";
  return out;
}

void write_facts(JsonWriter& json, const KeptMessage& message) {
  json.member("id", message.id)
      .member("received", base::format_time(message.received))
      .member("state", to_string(message.state))
      .member("changed", base::format_time(message.changed))
      .member("by", message.by)
      .member("action", to_string(message.action));
  write_causes(json, message.causes);
  json.member("author", message.author)
      .member("from", message.from)
      .member("subject", message.subject)
      .member("message_id", message.message_id)
      .member("mail_from", message.mail_from)
      .member_array("recipients", message.recipients)
      .member("client", message.client)
      .member("helo", message.helo)
      .member("queue_id", message.queue_id)
      .member("size", message.size)
      .member("sha256", message.content);
}

class Lines {
 public:
  Lines(std::string& out, std::size_t width) : out_(out), width_(width) {}
  void operator()(std::string_view label, std::string_view words, std::size_t most = kShownField) {
    if (words.empty()) return;
    for (const auto& part : base::wrap(base::excerpt(words, most), width_ - kLabel - 2)) {
      out_ += fmt::format("  {}{}\n", base::pad_right(label, kLabel), part);
      label = {};
    }
  }

 private:
  std::string& out_;
  std::size_t width_;
};

std::string part_words(const mail::MimePart& part) {
  const auto name = part.name.empty() ? std::string() : fmt::format(", \"{}\"", part.name);
  return fmt::format("{}{}, {} octets", part.type, name, part.content.size());
}

bool is_leaf(const mail::MimePart& part) { return !part.type.starts_with("multipart/"); }

}  // namespace

std::vector<std::string> shown_lines(const KeptContent& content) {
  const auto text = std::ranges::find_if(
      content.parts, [](const auto& part) { return part.type == "text/plain" && part.name.empty(); });
  if (text == content.parts.end()) return {};
  std::vector<std::string> out;
  auto rest = std::string_view(text->content).substr(0, kShownBytes);
  while (!rest.empty() && out.size() < kShownLines) {
    const auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(printable(line));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  if (!rest.empty() || text->content.size() > kShownBytes)
    out.push_back(fmt::format("… ({} octets in all)", text->content.size()));
  return out;
}

std::string list_text(std::span<const KeptMessage> messages, const ShowOptions& options) {
  if (messages.empty()) return "No message matches.\n";
  const auto width = std::max(options.width, kMinWidth);
  const base::Ink ink(options.color);
  std::string out;
  for (const auto& message : messages) {
    out += fmt::format("{}  {}  {}  {}\n", base::pad_right(message.id, kIdWidth),
                       base::pad_right(base::format_time(message.received), kTimeWidth),
                       base::pad_right(to_string(message.state), kStateWidth), printable(message.author));
    const auto to = fmt::format("to {}{}", message.recipients.empty() ? "nobody" : message.recipients.front(),
                                message.recipients.size() < 2
                                    ? std::string()
                                    : fmt::format(" and {} more", message.recipients.size() - 1));
    out += fmt::format(
        "  {}\n", base::shorten(fmt::format("{}: {}", printable(to), printable(message.subject)), width - 2));
    out += fmt::format("  {}\n", ink(Tone::dim, base::shorten(printable(why_of(message)), width - 2)));
  }
  return out;
}

std::string list_json(std::span<const KeptMessage> messages) {
  std::string out;
  JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.quarantine/1").key("messages").begin_array();
  for (const auto& message : messages) {
    json.begin_object();
    write_facts(json, message);
    json.end_object();
  }
  json.end_array().end_object();
  return out + '\n';
}

std::string list_csv(std::span<const KeptMessage> messages, std::string (*cell)(std::string_view)) {
  std::string out =
      "id,received,state,author,from,subject,mail_from,recipients,client,queue_id,size,sha256,action,why\r\n";
  for (const auto& message : messages) {
    const std::array cells{message.id,
                           base::format_time(message.received),
                           std::string(to_string(message.state)),
                           message.author,
                           message.from,
                           message.subject,
                           message.mail_from,
                           base::join(message.recipients, " "),
                           message.client,
                           message.queue_id,
                           std::to_string(message.size),
                           message.content,
                           std::string(to_string(message.action)),
                           why_of(message)};
    std::vector<std::string> row;
    row.reserve(cells.size());
    for (const auto& text : cells) row.push_back(cell(printable(text)));
    out += base::join(row, ",") + "\r\n";
  }
  return out;
}

std::string kept_text(const KeptMessage& message, const KeptContent& content, const ShowOptions& options) {
  const auto width = std::max(options.width, kMinWidth);
  const base::Ink ink(options.color);
  std::string out;
  for (const auto& part :
       base::wrap(printable(fmt::format("A message in the name of {}, kept from {} since {}.",
                                        message.author.empty() ? "nobody that can be named" : message.author,
                                        message.recipients.size() == 1
                                            ? message.recipients.front()
                                            : fmt::format("{} recipients", message.recipients.size()),
                                        base::format_time(message.received))),
                  width))
    out += ink(Tone::bold, part) + '\n';
  out += '\n';
  Lines line(out, width);
  line("From", message.from);
  line("Subject", message.subject);
  line("Message-ID", message.message_id);
  line("Sender", message.mail_from.empty() ? "<> (a bounce)" : message.mail_from);
  for (const auto& recipient : message.recipients) line("Recipient", recipient);
  line("Client",
       message.helo.empty() ? message.client : fmt::format("{} ({})", message.client, message.helo));
  line("Queue id", message.queue_id);
  line("State", state_of(message));
  for (const auto& cause : message.causes)
    line("Why", cause.section.empty() ? cause.text : fmt::format("{} ({})", cause.text, cause.section),
         kShownWhy);
  line("Size", fmt::format("{} octets, SHA-256 {}", message.size, message.content));
  for (const auto& part : content.parts)
    if (is_leaf(part)) line("Part", part_words(part));
  line("Not shown", content.fault);
  const auto lines = shown_lines(content);
  if (!lines.empty()) out += '\n';
  for (const auto& text : lines)
    for (const auto& part : base::wrap(text, width - 4)) out += fmt::format("  | {}\n", part);
  return out;
}

std::string kept_json(const KeptMessage& message, const KeptContent& content) {
  std::string out;
  JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.kept/1");
  write_facts(json, message);
  json.key("parts").begin_array();
  for (const auto& part : content.parts)
    if (is_leaf(part))
      json.begin_object()
          .member("type", part.type)
          .member("name", part.name)
          .member("size", part.content.size())
          .end_object();
  json.end_array().member_array("text", shown_lines(content)).member("fault", content.fault).end_object();
  return out + '\n';
}

std::string facts_json(const KeptMessage& message) {
  std::string out;
  JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.kept/1");
  write_facts(json, message);
  json.end_object();
  return out + '\n';
}

}  // namespace rampart::guard
