#include "reports/intake/intake.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "mail/header.h"
#include "reports/tls/reader.h"
#include "reports/unpack/zip.h"

namespace rampart::reports {
namespace {

std::string_view without_mark(std::string_view begin) {
  if (begin.starts_with("\xef\xbb\xbf")) begin.remove_prefix(3);
  while (!begin.empty() && (base::is_wsp(begin.front()) || begin.front() == '\r' || begin.front() == '\n'))
    begin.remove_prefix(1);
  return begin;
}

constexpr std::size_t kLooked = 512;  // bytes of a part that say what it is
constexpr std::size_t kLookedForExport = 4096;

// Whether a mail's header begins here: a name, a colon (RFC 5322 section 2.2).
bool is_header(std::string_view begin) {
  const auto colon = begin.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::ranges::all_of(begin.substr(0, colon), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string_view without_ending(std::string_view name, std::string_view ending) {
  if (name.size() > ending.size() && base::iequals(name.substr(name.size() - ending.size()), ending))
    name.remove_suffix(ending.size());
  return name;
}

// Whichever way it is left.
class InMail {
 public:
  InMail(Taker& taker, std::string_view mail, bool within) : taker_(taker) {
    taker_.enter_mail(mail, within);
  }
  ~InMail() { taker_.leave_mail(); }
  InMail(const InMail&) = delete;
  InMail& operator=(const InMail&) = delete;

 private:
  Taker& taker_;
};

}  // namespace

Form form_of(std::string_view begin) {
  if (begin.starts_with("\x1f\x8b")) return Form::gzip;
  if (begin.starts_with("PK\x03\x04") || begin.starts_with("PK\x05\x06")) return Form::zip;
  const auto text = without_mark(begin);
  if (text.empty()) return Form::empty;
  if (base::istarts_with(text, "<!doctype html") || base::istarts_with(text, "<html")) return Form::html;
  if (text.starts_with('<')) return Form::xml;
  if (text.starts_with('{') || text.starts_with('[')) return Form::json;
  if (begin.starts_with("From ")) return Form::mbox;
  return is_header(begin) ? Form::mail : Form::unknown;
}

Intake::Intake(Texts& texts, const UnpackLimits& limits, base::Time now, Unpacker& unpacker, Taker& taker)
    : texts_(texts), limits_(limits), now_(now), unpacker_(unpacker), taker_(taker), reader_(texts) {}

base::Result<> Intake::read(Source& source, const std::string& name) {
  begin_file();
  return read_any(source,
                  {.origin = {.file = base::printable(name), .member = {}}, .name = name, .depth = 0});
}

base::Result<> Intake::read_message(std::string_view mail, const std::string& name) {
  begin_file();
  return read_mail(mail, {.origin = {.file = base::printable(name), .member = {}}, .name = name, .depth = 0});
}

void Intake::begin_file() {
  unpacked_ = {};
  parts_ = 0;
  taker_.begin_file();
}

bool Intake::count_part(const Place& place) {
  if (++parts_ <= limits_.max_parts) return true;
  if (parts_ == limits_.max_parts + 1)
    set_aside(place, fmt::format("more than {} files and mails are in it; the rest was not read",
                                 limits_.max_parts));
  return false;
}

Inflater& Intake::inflater(std::size_t depth) {
  while (inflaters_.size() <= depth) inflaters_.push_back(std::make_unique<Inflater>());
  return *inflaters_[depth];
}

void Intake::set_aside(const Place& place, std::string_view reason) {
  taker_.set_aside(place.origin, reason);
}

void Intake::set_aside(const Place& place, std::string_view reason, const Source& source) {
  const auto fault = source.fault();
  set_aside(place, fault.empty() ? std::string(reason) : fmt::format("{} ({})", fault, reason));
}

base::Result<> Intake::read_any(Source& source, const Place& place) {
  while (rooms_.size() <= place.depth) rooms_.push_back(Window::make_room());
  Window window(source, rooms_[place.depth]);
  if (const auto filled = window.fill(); !filled) {
    set_aside(place, filled.error().what);
    return {};
  }
  auto form = form_of(window.view());
  if (form == Form::empty && !window.last()) form = Form::xml;  // blanks as far as can be seen
  if (exports_ != nullptr && form != Form::gzip && form != Form::zip && form != Form::empty)
    return read_export(window, place);
  switch (form) {
    case Form::xml:
      return read_xml(window, place);
    case Form::gzip:
      return read_gzip(window, place);
    case Form::zip:
      return read_zip(window, place);
    case Form::empty:
      set_aside(place, window.fault().empty() ? "it is empty" : window.fault());
      break;
    case Form::html:
      set_aside(place, "it is a web page and no report");
      break;
    case Form::mbox:
      return read_mbox(window, place);
    case Form::mail:
      return read_whole_mail(window, place);
    case Form::json:
      return read_json(window, place);
    case Form::unknown:
      set_aside(place, is_export_csv(window.view())
                           ? "it is an export of parsedmarc: read it with --from parsedmarc"
                           : "it is neither XML nor JSON nor gzip nor zip nor a mail");
      break;
  }
  return {};
}

base::Result<> Intake::read_xml(Window& window, const Place& place) {
  for (;;) {
    window.drop(reader_.read(window.view(), window.last()));
    if (window.last()) break;
    if (auto on = taker_.heed(); !on) {
      reader_.drop();
      return on;
    }
    if (const auto filled = window.fill(); !filled) {
      reader_.drop();
      set_aside(place, filled.error().what);
      return {};
    }
  }
  auto report = reader_.finish(place.name, now_);
  if (report) return taker_.take(*std::move(report), place.origin);
  set_aside(place, report.error().what, window);
  return {};
}

base::Result<> Intake::read_json(Window& window, const Place& place) {
  if (is_export_json(window.view().substr(0, kLookedForExport))) {
    set_aside(place, "it is an export of parsedmarc: read it with --from parsedmarc");
    return {};
  }
  const auto json = whole(window, place, "report", kMaxTlsBytes);
  if (!json) return {};
  auto report = read_tls(*json, place.name, now_);
  if (report && !report->policies.empty()) return taker_.take(*std::move(report), place.origin);
  set_aside(place, report ? "it speaks of no policy" : std::string_view(report.error().what), window);
  return {};
}

base::Result<> Intake::read_export(Window& window, const Place& place) {
  class Sink : public ExportSink {
   public:
    Sink(Taker& taker, const Origin& origin) : taker_(taker), origin_(origin) {}
    base::Result<> take(Report&& report, Fidelity fidelity, const std::string& where) override {
      return taker_.take(std::move(report), at(where, fidelity));
    }
    base::Result<> take(FailureReport&& report, Fidelity fidelity, const std::string& where) override {
      return taker_.take(std::move(report), at(where, fidelity));
    }
    base::Result<> take(TlsReport&& report, Fidelity fidelity, const std::string& where) override {
      if (!report.policies.empty()) return taker_.take(std::move(report), at(where, fidelity));
      set_aside(where, "it speaks of no policy");
      return {};
    }
    void set_aside(const std::string& where, std::string_view reason) override {
      taker_.set_aside(at(where, Fidelity::original), reason);
    }

   private:
    [[nodiscard]] Origin at(const std::string& where, Fidelity fidelity) const {
      auto out = origin_;
      out.fidelity = fidelity;
      if (!where.empty()) out.member += (out.member.empty() ? "" : ": ") + where;
      return out;
    }
    Taker& taker_;
    const Origin& origin_;
  };
  if (form_of(window.view()) != Form::json && !is_export_csv(window.view())) {
    set_aside(place, "it is no export of parsedmarc: neither JSON nor CSV with its columns");
    return {};
  }
  Sink sink(taker_, place.origin);
  return exports_->read(window, sink);
}

base::Result<> Intake::read_gzip(Window& window, const Place& place) {
  if (too_deep(place)) return {};
  InflateSource inflated(window, InflateSource::Form::gzip, inflater(place.depth), limits_, unpacked_);
  auto inner = place;
  inner.name = without_ending(place.name, ".gz");
  ++inner.depth;
  return read_any(inflated, inner);
}

base::Result<> Intake::read_zip(Window& window, const Place& place) {
  if (too_deep(place)) return {};
  const auto bytes = whole(window, place, "zip archive", limits_.max_archive);
  if (!bytes) return {};
  const auto content = reports::read_zip(*bytes, limits_.max_members);
  if (!content) {
    set_aside(place, content.error().what);
    return {};
  }
  if (content->members.empty()) set_aside(place, "the zip archive is empty");
  for (const auto& member : content->members) {
    if (!count_part(place)) return {};
    TRY(taker_.pause());
    auto inner = place;
    inner.name = member.name;
    inner.origin.member =
        place.origin.member.empty() ? member.name : place.origin.member + ": " + member.name;
    ++inner.depth;
    MemorySource packed(member.data);
    unpacked_.bytes += member.data.size();
    if (member.encrypted) {
      set_aside(inner, "it is encrypted");
    } else if (unpacked_.bytes > limits_.max_bytes) {
      set_aside(inner, fmt::format("more than {} MiB come out of the archive", limits_.max_bytes >> 20U));
    } else if (member.form == ZipMember::Form::stored) {
      TRY(read_any(packed, inner));
    } else if (member.form == ZipMember::Form::deflated) {
      InflateSource inflated(packed, InflateSource::Form::raw, inflater(place.depth), limits_, unpacked_);
      TRY(read_any(inflated, inner));
    } else {
      set_aside(inner, "it is packed in a way that is not known");
    }
  }
  return {};
}

bool Intake::too_deep(const Place& place) {
  if (place.depth < limits_.max_depth) return false;
  set_aside(place, fmt::format("it stands within {} others", limits_.max_depth));
  return true;
}

Intake::Place Intake::within(const Place& place, const std::string& name) {
  auto out = place;
  out.name = name;
  const auto shown = base::printable(name);
  out.origin.member = place.origin.member.empty() ? shown : place.origin.member + ": " + shown;
  ++out.depth;
  return out;
}

// Messages that begin at "From " behind an empty line (RFC 4155). What a writer quoted as ">From " is in no report.
base::Result<> Intake::read_mbox(Window& window, const Place& place) {
  std::string mail;
  std::size_t number = 0;
  // The operator's own mailbox, or one that somebody sent.
  const bool own = !place.in_mail;
  const auto most = own ? limits_.max_mails : limits_.max_members;
  bool empty_before = true;
  bool large = false;
  const auto give = [&]() -> base::Result<> {
    if (number == 0) return {};
    TRY(taker_.pause());
    if (own && limits_.each_mail_a_file) begin_file();
    auto inner = within(place, fmt::format("message {}", number));
    inner.depth = place.depth;  // as deep as a mail alone
    // A line of a body that was not quoted begins one as well, so that what stands at its top may be anybody's.
    inner.in_mail = true;
    if (large) {
      set_aside(inner, fmt::format("the mail is larger than {} MiB", limits_.max_archive >> 20U));
      return {};
    }
    return read_mail(mail, inner);
  };
  for (;;) {
    auto view = window.view();
    while (!view.empty()) {
      const auto end = view.find('\n');
      // A line that the window cuts waits, unless it fills the window.
      if (end == std::string_view::npos && !window.last() && view.size() < Window::kSize) break;
      const auto line = view.substr(0, end == std::string_view::npos ? end : end + 1);
      if (empty_before && line.starts_with("From ")) {
        TRY(give());
        mail.clear();
        large = false;
        if (number == most) {
          set_aside(place, fmt::format("more than {} mails are in it; the rest was not read", most));
          return {};
        }
        if ((!own || !limits_.each_mail_a_file) && !count_part(place)) return {};
        ++number;
      } else if (mail.size() + line.size() <= limits_.max_archive) {
        mail += line;
      } else {
        large = true;
      }
      empty_before = base::trim(line).empty();
      window.drop(line.size());
      view = window.view();
    }
    if (window.last()) break;
    TRY(taker_.heed());
    if (const auto filled = window.fill(); !filled) {
      set_aside(place, filled.error().what);
      return {};
    }
  }
  return give();
}

base::Result<> Intake::read_whole_mail(Window& window, const Place& place) {
  if (too_deep(place)) return {};
  const auto mail = whole(window, place, "mail", limits_.max_archive);
  return mail ? read_mail(*mail, place) : base::Result<>();
}

base::Result<> Intake::read_mail(std::string_view mail, const Place& place) {
  // Before anything else looks at it.
  const auto header = mail::read_header(mail);
  if (!header) {
    set_aside(place, header.error().what);
    return {};
  }
  if (header->fields.size() > mail::kMaxMimeFields) {
    set_aside(place, fmt::format("the mail has more than {} header fields", mail::kMaxMimeFields));
    return {};
  }
  // Not worth a process.
  if (base::trim(mail.substr(header->size)).empty()) {
    set_aside(place, header->fields.empty() ? "the mail is empty" : "the mail has no report");
    return {};
  }
  const auto unpacked = TRY(unpacker_.unpack(mail));
  if (!unpacked.fault.empty()) {
    set_aside(place, fmt::format("the mail could not be unpacked: {}", unpacked.fault));
    return {};
  }
  const InMail scope(taker_, mail, place.in_mail);
  auto inner = place;
  inner.in_mail = true;
  bool any = false;
  for (const auto& part : unpacked.parts) {
    const bool read = TRY(read_part(part, inner));
    any = any || read;
  }
  if (any) return {};
  if (auto failure = read_failure(unpacked.parts)) return taker_.take(*std::move(failure), place.origin);
  set_aside(place, "the mail has no report");
  return {};
}

base::Result<bool> Intake::read_part(const mail::MimePart& part, const Place& place) {
  if (part.content.empty() || part.type == "message/rfc822") return false;
  const auto form = form_of(std::string_view(part.content).substr(0, kLooked));
  // The words around a report are none.
  const bool words = part.type == "text/plain" || part.type == "text/html";
  if (form != Form::gzip && form != Form::zip && form != Form::json &&
      (form != Form::xml || (words && part.name.empty())))
    return false;
  MemorySource source(part.content);
  TRY(read_any(source, within(place, part.name.empty() ? part.type : part.name)));
  return true;
}

std::optional<std::string> Intake::whole(Window& window, const Place& place, std::string_view what,
                                         std::size_t most) {
  std::string out;
  for (;;) {
    out += window.view();
    window.drop(window.view().size());
    if (out.size() > most) {
      set_aside(place, fmt::format("the {} is larger than {} MiB", what, most >> 20U));
      return std::nullopt;
    }
    if (window.last()) return out;
    if (const auto filled = window.fill(); !filled) {
      set_aside(place, filled.error().what);
      return std::nullopt;
    }
  }
}

}  // namespace rampart::reports
