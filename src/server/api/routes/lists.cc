// Whom to block and whom to let through: the lists that are edited here, and those of the configuration.
#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "guard/policy/list_text.h"
#include "server/api/routes/mail_parts.h"
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

using guard::ListKind;

std::string_view word_of(ListKind kind) { return kind == ListKind::block ? "block" : "allow"; }
ListKind kind_of(Call& call) { return call.text("kind") == "allow" ? ListKind::allow : ListKind::block; }

Had<std::string> path_of(const MailParts& mail, ListKind kind) {
  auto path = mail.list_here ? mail.list_here(kind) : std::nullopt;
  if (!path) return std::unexpected(not_found("no such list is edited here"));
  return *std::move(path);
}

void write_row(base::JsonWriter& json, ListKind kind, const std::string& file, bool is_here) {
  const auto read = guard::read_list_text(file, kind);
  json.begin_object()
      .member("kind", word_of(kind))
      .member("file", base::printable(file))
      .member("written_here", is_here);
  // One of a feed is larger than what is edited as one text: the guard reads it all the same.
  json.member("entries", read ? read->size : std::size_t{0})
      .member("faults", read ? guard::check_list_text(read->text, kind).size() : std::size_t{1});
  write_time(json, "changed", read ? read->changed : std::nullopt);
  json.key("by").null().end_object();
}

Answer list(Call& /*call*/, const MailParts& mail) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  guard::Settings settings;
  if (mail.settings) settings = TRY(mail.settings());
  for (const auto kind : {ListKind::block, ListKind::allow}) {
    const auto here = mail.list_here ? mail.list_here(kind) : std::nullopt;
    if (here) write_row(json, kind, *here, true);
    for (const auto& file : kind == ListKind::block ? settings.block_files : settings.allow_files)
      if (file != here) write_row(json, kind, file, false);
  }
  json.end_array().end_object();
  return reply_json(std::move(out));
}

Reply reply_list(ListKind kind, const guard::ListText& list, std::string_view by) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("kind", word_of(kind))
      .member("text", list.text)
      .member("entries", list.size)
      .member("names_content", list.names_content)
      .key("faults")
      .begin_array();
  for (const auto& fault : guard::check_list_text(list.text, kind))
    json.begin_object().member("line", fault.line).member("detail", fault.what).end_object();
  json.end_array();
  write_time(json, "changed", list.changed);
  write_text_or_null(json, "by", by);
  json.end_object();
  auto reply = reply_json(std::move(out));
  reply.etag = list.etag;
  return reply;
}

Answer read(Call& call, const MailParts& mail) {
  const auto kind = kind_of(call);
  return reply_list(kind, TRY(guard::read_list_text(TRY(path_of(mail, kind)), kind)), {});
}

Answer write(Call& call, const MailParts& mail) {
  const auto kind = kind_of(call);
  const auto path = TRY(path_of(mail, kind));
  if (!call.has_if_match()) return std::unexpected(if_match_required());
  const auto etag = TRY(call.if_match());
  const std::string text(std::string_view(call.body().at("text").as_string()));
  const auto faults = guard::check_list_text(text, kind);
  if (!faults.empty()) {
    std::vector<Fault> told;
    told.reserve(faults.size());
    for (const auto& fault : faults)
      told.push_back({.where = fmt::format("body.text line {}", fault.line), .detail = fault.what});
    return std::unexpected(invalid(std::move(told)));
  }
  const auto written =
      guard::write_list_text(path, text, kind, etag.empty() ? std::nullopt : std::optional(etag));
  if (!written && written.error().kind == base::ErrorKind::usage)
    return std::unexpected(changed_meanwhile(written.error().what));
  TRY(written);
  const auto now = TRY(guard::read_list_text(path, kind));
  call.told.object = word_of(kind);
  call.told.details = fmt::format(R"({{"entries":{},"etag":"{}"}})", now.size, now.etag);
  return reply_list(kind, now, call.who().name);
}

}  // namespace

void add_lists(Handlers& handlers, const MailParts& mail) {
  handlers.add("lists_list", [&mail](Call& call) { return list(call, mail); });
  handlers.add("lists_read", [&mail](Call& call) { return read(call, mail); });
  handlers.add("lists_write", [&mail](Call& call) { return write(call, mail); });
}

}  // namespace rampart::server::api
