#include "guard/release/release.h"

#include <ranges>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::guard {
namespace {

using base::Result;

// The message as it is sent, its pass at its top.
Result<std::string> outgoing(const ReleaseDesk& desk, const KeptMessage& entry, base::Time now) {
  std::string kept;
  kept.reserve(entry.size);
  TRY(desk.quarantine.read(entry.id, [&](std::string_view piece) {
    kept += piece;
    return Result<>();
  }));
  auto text = smtp_lines(kept);
  // One that a stranger wrote would stand beside ours.
  auto header = TRY(mail::read_header(text));
  for (const auto& field : std::views::reverse(header.fields))
    if (field.is(kPassName))
      text.erase(static_cast<std::size_t>(field.raw.data() - text.data()), field.raw.size());
  // It would continue our field.
  if (!text.empty() && base::is_wsp(text.front()))
    return base::fail(base::ErrorKind::input,
                      "its first line continues no field, so nothing can be added to it", entry.id,
                      "rampart quarantine export takes it out as it is");
  const auto message = TRY(mail::Message::parse(std::string_view(text)));
  return TRY(desk.passes.make(entry, message, now)) + text;
}

}  // namespace

std::string smtp_lines(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (c != '\r' && c != '\n') {
      out += c;
      continue;
    }
    if (c == '\r' && at + 1 < bytes.size() && bytes[at + 1] == '\n') ++at;
    out += "\r\n";
  }
  return out;
}

Result<Released> release(const ReleaseDesk& desk, const std::string& id, const ReleaseOrder& order,
                         base::Time now) {
  // What may have been delivered stays so, whatever becomes of another try.
  const bool in_doubt = TRY(desk.quarantine.find(id)).state == KeptState::releasing;
  const auto put_back = [&] { return in_doubt ? Result<>() : desk.quarantine.undo_release(id, now); };
  Released out{.how = Released::How::returned,
               .handed = net::Handed::down,
               .why = {},
               .entry = TRY(desk.quarantine.begin_release(id, order.by, order.again, now))};
  const auto message = outgoing(desk, out.entry, now);
  if (!message) {
    TRY(put_back());
    return std::unexpected(message.error());
  }
  const auto handing = desk.hand(out.entry.mail_from, out.entry.recipients, *message);
  out.handed = handing.how;
  out.why = handing.why;
  if (handing.how == net::Handed::accepted) {
    out.how = Released::How::delivered;
    if (const auto done = desk.quarantine.finish_release(id, now); !done) {
      auto error = done.error();
      error.what = fmt::format("{} was delivered, and the store does not know it: {}", id, error.what);
      error.hint = "do not release it again";
      return std::unexpected(std::move(error));
    }
  } else {
    if (handing.perhaps || in_doubt) out.how = Released::How::perhaps;
    if (!handing.perhaps) TRY(put_back());
  }
  return out;
}

}  // namespace rampart::guard
