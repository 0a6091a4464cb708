// Reports out of whatever they come in: XML and JSON as they are, gzip, zip, mails, mboxes, and one in another.
//
//   Intake intake(texts, limits, now, taker);
//   TRY(intake.read(source, "google.com!bank.example!1764028800!1764115199.xml.gz"));   // taker.take(report, origin)
//
// What cannot be read is given to Taker::set_aside() with the reason and stops nothing else. What a file costs has limits
// (UnpackLimits), and memory stays flat for XML and gzip, whatever their size.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "mail/mime.h"
#include "reports/aggregate/reader.h"
#include "reports/failure/reader.h"
#include "reports/intake/window.h"
#include "reports/parsedmarc/reader.h"
#include "reports/tls/report.h"
#include "reports/unpack/source.h"

namespace rampart::reports {

// Where a report was found; printable.
struct Origin {
  std::string file;
  std::string member;  // of an archive or a mail within it; empty for the file itself
  Fidelity fidelity = Fidelity::original;

  [[nodiscard]] std::string text() const { return member.empty() ? file : file + ": " + member; }
};

// Mails are unpacked elsewhere (mail/mime.h): the parts, or why there are none. An error ends the intake.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  struct Parts {
    std::vector<mail::MimePart> parts;
    std::string fault;  // one clause; empty when it was unpacked
  };
  virtual base::Result<Parts> unpack(std::string_view mail) = 0;
};

class Taker {
 public:
  virtual ~Taker() = default;
  // An error ends the intake.
  virtual base::Result<> take(Report&& report, const Origin& origin) = 0;
  virtual base::Result<> take(FailureReport&& report, const Origin& origin) = 0;
  // Of at least one policy.
  virtual base::Result<> take(TlsReport&& report, const Origin& origin) = 0;
  // `reason` is one clause.
  virtual void set_aside(const Origin& origin, std::string_view reason) = 0;
  // What is taken between the two came out of this mail, and of none within it. `within`: it stood in another mail.
  virtual void enter_mail(std::string_view mail, bool within) { (void)mail, (void)within; }
  virtual void leave_mail() {}
  // From here on another file is read, as the limits know them (limits.h).
  virtual void begin_file() {}
  // Whether to go on: asked again and again while something is read. An error ends the intake.
  virtual base::Result<> heed() { return {}; }
  // The same, where no report is half read: a good place to write what was taken.
  virtual base::Result<> pause() { return heed(); }
};

// What a file's first bytes say it is.
enum class Form : std::uint8_t { empty, xml, html, json, gzip, zip, mbox, mail, unknown };
Form form_of(std::string_view begin);

class Intake {
 public:
  // All of them outlive it.
  Intake(Texts& texts, const UnpackLimits& limits, base::Time now, Unpacker& unpacker, Taker& taker);

  // From here on files are exports of parsedmarc, perhaps in archives, and nothing else is read.
  void expect_exports() { exports_ = std::make_unique<ExportReader>(texts_, now_); }

  // One file. Errors are the taker's.
  base::Result<> read(Source& source, const std::string& name);
  // One mail, whatever its first line looks like.
  base::Result<> read_message(std::string_view mail, const std::string& name);

 private:
  struct Place {
    Origin origin;
    std::string name;  // of the innermost file
    std::size_t depth = 0;
    bool in_mail = false;
  };

  Inflater& inflater(std::size_t depth);
  void begin_file();
  // One more member or mail of the file. False when there are too many, which is said once.
  bool count_part(const Place& place);
  base::Result<> read_any(Source& source, const Place& place);
  base::Result<> read_xml(Window& window, const Place& place);
  base::Result<> read_json(Window& window, const Place& place);
  base::Result<> read_export(Window& window, const Place& place);
  base::Result<> read_gzip(Window& window, const Place& place);
  base::Result<> read_zip(Window& window, const Place& place);
  base::Result<> read_mbox(Window& window, const Place& place);
  base::Result<> read_whole_mail(Window& window, const Place& place);
  base::Result<> read_mail(std::string_view mail, const Place& place);
  // Whether the part is a report or holds one.
  base::Result<bool> read_part(const mail::MimePart& part, const Place& place);
  // One deeper, within `name`.
  static Place within(const Place& place, const std::string& name);
  bool too_deep(const Place& place);
  void set_aside(const Place& place, std::string_view reason);
  // With what is wrong with what it was read from, as a report that is cut says nothing of itself.
  void set_aside(const Place& place, std::string_view reason, const Source& source);
  // The whole of it; nothing when it was set aside.
  std::optional<std::string> whole(Window& window, const Place& place, std::string_view what,
                                   std::size_t most);

  Texts& texts_;
  UnpackLimits limits_;
  base::Time now_;
  Unpacker& unpacker_;
  Taker& taker_;
  AggregateReader reader_;
  std::unique_ptr<ExportReader> exports_;
  Unpacked unpacked_;                                 // of the file that is read
  std::size_t parts_ = 0;                             // of it, too
  std::vector<Window::Room> rooms_;                   // by depth
  std::vector<std::unique_ptr<Inflater>> inflaters_;  // by depth
};

}  // namespace rampart::reports
