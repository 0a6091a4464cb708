#include "server/demo/letters.h"

#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "base/text.h"
#include "mail/compose.h"

namespace rampart::server::demo {

using base::Result;

namespace {

// What a kind of letter is made of. Several texts of a kind are chosen from.
struct Kind {
  std::string_view name;
  unsigned weight;  // how often, of all weights
  std::string_view client_ip;
  std::string_view client_name;
  std::string_view helo;
  std::string_view mail_from;
  std::string_view from;  // the From field
  std::string_view sign;  // the domain that signs; empty: nobody
  std::string_view to;    // the domain of its readers
  std::array<std::string_view, 3> subjects;
  std::array<std::string_view, 3> bodies;
  std::string_view html = {};  // beside the text
  std::string_view file = {};  // the name of a file that comes with it
  std::string_view file_bytes = {};
  std::string_view fields = {};  // more of the header, whole lines
};

constexpr std::string_view kAnywhere = "203.0.113.66";
constexpr std::string_view kElsewhere = "203.0.113.140";

constexpr std::string_view kBill =
    "Please find below what was used last month. Nothing has to be done if you pay by standing order.\n";

constexpr std::string_view kShortcut = "[InternetShortcut]\r\nURL=http://203.0.113.140/pay\r\n";

constexpr std::array kKinds{
    // --- Honest ---
    Kind{
        .name = "treasury-notice",
        .weight = 14,
        .client_ip = "192.0.2.21",
        .client_name = "mail.treasury.example",
        .helo = "mail.treasury.example",
        .mail_from = "notices@treasury.example",
        .from = "Treasury notices <notices@treasury.example>",
        .sign = "treasury.example",
        .to = "ministry.example",
        .subjects = {"Budget calendar for the second half", "Circular 41: closing of accounts",
                     "Minutes of Tuesday's meeting"},
        .bodies =
            {"The calendar for the second half of the year was agreed on. The dates stand in the annex.\n",
             "Accounts are closed on the last working day. Vouchers that come later belong to the next "
             "month.\n",
             "The minutes are on the shared drive under the usual number. Corrections by Friday, please.\n"}},
    Kind{.name = "telecom-bill",
         .weight = 10,
         .client_ip = "192.0.2.15",
         .client_name = "mail.telecom.example",
         .helo = "mail.telecom.example",
         .mail_from = "billing@telecom.example",
         .from = "Telecom billing <billing@telecom.example>",
         .sign = "telecom.example",
         .to = "bank.example",
         .subjects = {"Your bill for lines 4100 to 4180", "Planned work on Saturday night",
                      "Usage report of the leased line"},
         .bodies = {kBill,
                    "On Saturday from 23:00 to 01:00 the line to the branch is switched to its reserve.\n",
                    "The leased line carried 61 per cent of its capacity in the busiest hour.\n"}},
    Kind{.name = "bank-statement",
         .weight = 10,
         .client_ip = "198.51.100.25",
         .client_name = "mx1.mailhost.example",
         .helo = "mx1.mailhost.example",
         .mail_from = "statements@bank.example",
         .from = "State Bank <statements@bank.example>",
         .sign = "bank.example",
         .to = "treasury.example",
         .subjects = {"Statement of account 0041", "Settlement file was received",
                      "Holiday hours of the counter"},
         .bodies = {"The statement is ready in the treasury portal, as every day.\n",
                    "The file of this morning has 412 entries, all of which were settled.\n",
                    "The counter is closed on Thursday. Settlement runs as usual.\n"}},
    Kind{.name = "hospital-rota",
         .weight = 7,
         .client_ip = "192.0.2.14",
         .client_name = "mail.hospital.example",
         .helo = "mail.hospital.example",
         .mail_from = "rota@hospital.example",
         .from = "Ward 3 <rota@hospital.example>",
         .sign = "hospital.example",
         .to = "hospital.example",
         .subjects = {"Rota of week 49", "Stock of ward 3", "Training on Wednesday"},
         .bodies = {"The rota of next week hangs in the room. Swaps go to the desk until Friday.\n",
                    "Gloves of size M are low; the rest is enough for two weeks.\n",
                    "The training is at two o'clock in the small lecture room.\n"}},
    Kind{.name = "urdu-minutes",
         .weight = 6,
         .client_ip = "192.0.2.21",
         .client_name = "mail.treasury.example",
         .helo = "mail.treasury.example",
         .mail_from = "notices@treasury.example",
         .from = "دفترِ خزانہ <notices@treasury.example>",
         .sign = "treasury.example",
         .to = "ministry.example",
         .subjects = {"اجلاس کی کارروائی", "تعطیل کا اعلان", "سہ ماہی رپورٹ"},
         .bodies = {"منگل کے اجلاس کی کارروائی مشترکہ فولڈر میں رکھ دی گئی ہے۔\n",
                    "جمعرات کو دفتر بند رہے گا۔\n", "سہ ماہی رپورٹ جمعے تک مکمل ہو جائے گی۔\n"}},
    Kind{.name = "payroll",
         .weight = 5,
         .client_ip = "198.51.100.200",
         .client_name = "mail.payroll.example",
         .helo = "mail.payroll.example",
         .mail_from = "bounces@payroll.example",
         .from = "Staff office <staff@bank.example>",
         .sign = "bank.example",
         .to = "bank.example",
         .subjects = {"Your pay slip is ready", "Holiday account", "Change of the travel form"},
         .bodies = {"The pay slip of this month is in your folder, as always.\n",
                    "Your holiday account was brought up to date.\n",
                    "The travel form has a new field for the cost centre.\n"}},
    Kind{.name = "list-mail",
         .weight = 4,
         .client_ip = "198.51.100.40",
         .client_name = "lists.mailhost.example",
         .helo = "lists.mailhost.example",
         .mail_from = "operators-bounces@mailhost.example",
         .from = "Operators <operators@mailhost.example>",
         .sign = "mailhost.example",
         .to = "telecom.example",
         .subjects = {"[operators] Route leak yesterday evening", "[operators] Meeting in spring",
                      "[operators] IPv6 at the exchange"},
         .bodies = {"Between 19:10 and 19:40 some of our prefixes were seen by a wrong way. Did others see "
                    "it, too?\n",
                    "The meeting is in the second week of April. Talks are welcome.\n",
                    "The exchange has 71 members with IPv6 by now.\n"},
         .fields = "List-Id: Operators <operators.mailhost.example>\r\n"
                   "List-Unsubscribe: <https://lists.mailhost.example/u/operators>\r\n"},
    // --- Forged ---
    Kind{.name = "spoofed-treasury",
         .weight = 6,
         .client_ip = kAnywhere,
         .client_name = "",
         .helo = "srv66",
         .mail_from = "director@treasury.example",
         .from = "Director of the Treasury <director@treasury.example>",
         .sign = "",
         .to = "ministry.example",
         .subjects = {"Urgent payment", "Change of bank account", "Confidential"},
         .bodies = {"Please have the attached amount paid today. I am in a meeting and cannot be called.\n",
                    "Our account has changed. Please use the new number from now on and confirm by return.\n",
                    "Are you at your desk? I need a favour, and it has to stay between us.\n"}},
    Kind{.name = "spoofed-ministry",
         .weight = 6,
         .client_ip = kElsewhere,
         .client_name = "",
         .helo = "mail",
         .mail_from = "it@ministry.example",
         .from = "IT desk <it@ministry.example>",
         .sign = "",
         .to = "ministry.example",
         .subjects = {"Your mailbox is full", "New sign-in page", "Password expires today"},
         .bodies =
             {"Your mailbox is over its limit. Sign in at http://203.0.113.140/webmail to keep it.\n",
              "We have moved the sign-in page: http://203.0.113.140/webmail/login - confirm your password.\n",
              "Your password expires today. Keep it at http://203.0.113.140/keep\n"}},
    Kind{.name = "spoofed-bank",
         .weight = 5,
         .client_ip = kAnywhere,
         .client_name = "",
         .helo = "localhost",
         .mail_from = "secure@bank.example",
         .from = "State Bank security <secure@bank.example>",
         .sign = "",
         .to = "hospital.example",
         .subjects = {"Your card was blocked", "Unusual payment of 48,000", "Confirm your account"},
         .bodies =
             {"Your card was blocked. To unblock it, confirm your account within 24 hours.\n",
              "A payment of 48,000 waits for your word. Cancel it here: http://203.0.113.66/cancel\n",
              "Your account will be suspended. Verify your information now: http://203.0.113.66/verify\n"}},
    // --- Lies in one's own name ---
    Kind{.name = "lookalike",
         .weight = 4,
         .client_ip = kElsewhere,
         .client_name = "",
         .helo = "mx.treasury-payments.test",
         .mail_from = "office@treasury-payments.test",
         .from = "Treasury <office@treasury-payments.test>",
         .sign = "",
         .to = "bank.example",
         .subjects = {"Final reminder", "Refund of 18,420", "Your account will be suspended"},
         .bodies =
             {"Sign in and verify your account within 24 hours: https://treasury.example.verify.test/login\n",
              "A refund waits for you. Submit your details: https://treasury.example.verify.test/refund\n",
              "Confirm your password at https://treasury.example.verify.test/ or lose access.\n"},
         .html =
             "<html><body><p>Dear customer,</p><p>verify your account within 24 hours or it will be "
             "suspended.</p>"
             "<p><a href=\"http://203.0.113.140/treasury/login\">https://www.treasury.example/login</a></p>"
             "</body></html>"},
    Kind{.name = "shared-file",
         .weight = 4,
         .client_ip = "203.0.113.9",
         .client_name = "",
         .helo = "vps9.hosting.test",
         .mail_from = "www-data@vps9.hosting.test",
         .from = "Document portal <no-reply@hosting.test>",
         .sign = "",
         .to = "telecom.example",
         .subjects = {"A file was shared with you", "Voice message (0:41)", "Signature needed: contract"},
         .bodies = {"Open the document: http://203.0.113.9/d/?e=desk@telecom.example\n",
                    "You have a new voice message. Listen: http://203.0.113.9/v/\n",
                    "The contract waits for your signature: http://203.0.113.9/sign/\n"},
         .html =
             "<html><body><p>A file was shared with you.</p><form action=\"http://203.0.113.9/in\"><input "
             "type=\"password\" name=\"p\"><button>Open with your mail "
             "password</button></form></body></html>"},
    Kind{.name = "malicious-file",
         .weight = 4,
         .client_ip = "203.0.113.77",
         .client_name = "",
         .helo = "smtp.shipping.test",
         .mail_from = "dispatch@shipping.test",
         .from = "Dispatch <dispatch@shipping.test>",
         .sign = "",
         .to = "hospital.example",
         .subjects = {"Invoice 20417", "Shipment on hold", "Order confirmation"},
         .bodies = {"The invoice is attached. Please pay within three days.\n",
                    "Your shipment is on hold. The papers are attached.\n",
                    "Thank you for the order. See the attached confirmation.\n"},
         .file = "invoice-20417.pdf.url",
         .file_bytes = kShortcut},
    Kind{.name = "urdu-lie",
         .weight = 3,
         .client_ip = kElsewhere,
         .client_name = "",
         .helo = "mail.alerts.test",
         .mail_from = "alert@alerts.test",
         .from = "بینک الرٹ <alert@alerts.test>",
         .sign = "",
         .to = "ministry.example",
         .subjects = {"آپ کا اکاؤنٹ", "فوری اطلاع", "اے ٹی ایم کارڈ بلاک"},
         .bodies = {"آپ کا اکاؤنٹ بند کر دیا جائے گا۔ ابھی تصدیق کریں: http://203.0.113.140/tasdeeq\n",
                    "براہ کرم 24 گھنٹے کے اندر اپنی معلومات کی تصدیق کریں: http://203.0.113.140/t\n",
                    "آپ کا اے ٹی ایم کارڈ بلاک ہو گیا ہے۔ دوبارہ چلانے کے لیے ابھی تصدیق کریں: "
                    "http://203.0.113.140/k\n"}},
};

constexpr unsigned total_weight() {
  unsigned out = 0;
  for (const auto& kind : kKinds) out += kind.weight;
  return out;
}

constexpr std::array<std::string_view, 5> kReaders{"desk", "a.khan", "registry", "office", "s.malik"};
constexpr std::size_t kFileLine = 76;  // of base64

std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
    out += c;
  }
  return out;
}

std::string from_field(std::string_view from) {
  const auto at = from.rfind(" <");
  return fmt::format("{} {}", mail::encode_header_text(from.substr(0, at), 6), from.substr(at + 1));
}

std::string text_part(std::string_view type, std::string_view text) {
  return fmt::format(
      "Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}", type,
      mail::quoted_printable(text));
}

std::string file_part(std::string_view name, std::string_view bytes) {
  std::string out = fmt::format(
      "Content-Type: application/octet-stream; name=\"{0}\"\r\nContent-Disposition: attachment; "
      "filename=\"{0}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      name);
  const auto encoded = base::encode_base64(bytes);
  for (std::size_t at = 0; at < encoded.size(); at += kFileLine)
    out += encoded.substr(at, kFileLine) + "\r\n";
  return out;
}

std::string body_of(const Kind& kind, std::string_view text, std::string_view boundary) {
  if (kind.html.empty() && kind.file.empty()) return text_part("text/plain", text);
  const auto second =
      kind.html.empty() ? file_part(kind.file, kind.file_bytes) : text_part("text/html", kind.html);
  return fmt::format(
      "Content-Type: multipart/{0}; boundary=\"{1}\"\r\n\r\n--{1}\r\n{2}\r\n--{1}\r\n{3}\r\n--{1}--\r\n",
      kind.html.empty() ? "mixed" : "alternative", boundary, text_part("text/plain", text), second);
}

}  // namespace

std::size_t Letters::below(std::size_t most) { return static_cast<std::size_t>(random_() % most); }

std::vector<std::string_view> Letters::scenarios() {
  std::vector<std::string_view> out;
  out.reserve(kKinds.size());
  for (const auto& kind : kKinds) out.push_back(kind.name);
  return out;
}

Result<Letter> Letters::next(base::Time at) {
  auto draw = below(total_weight());
  for (const auto& kind : kKinds) {
    if (draw < kind.weight) return of(kind.name, at);
    draw -= kind.weight;
  }
  return of(kKinds.front().name, at);
}

Result<Letter> Letters::of(std::string_view scenario, base::Time at) {
  const auto* const kind = std::ranges::find(kKinds, scenario, &Kind::name);
  if (kind == kKinds.end())
    return base::fail(base::ErrorKind::usage, "there is no letter of that kind", std::string(scenario));
  const auto which = below(kind->subjects.size());
  const auto number = fmt::format("{:012x}", random_() >> 16U);
  Letter out{.scenario = kind->name,
             .client_ip = std::string(kind->client_ip),
             .client_name = std::string(kind->client_name),
             .helo = std::string(kind->helo),
             .mail_from = std::string(kind->mail_from),
             .recipients = {fmt::format("{}@{}", kReaders.at(below(kReaders.size())), kind->to)},
             .text = {}};
  if (below(5) == 0) {
    auto second = fmt::format("{}@{}", kReaders.at(below(kReaders.size())), kind->to);
    if (second != out.recipients.front()) out.recipients.push_back(std::move(second));
  }
  out.text = fmt::format(
      "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@{}>\r\n{}MIME-Version: 1.0\r\n{}",
      from_field(kind->from), fmt::join(out.recipients, ", "),
      mail::encode_header_text(kind->subjects.at(which), 9), mail::format_date(at), number, kind->helo,
      kind->fields, crlf(body_of(*kind, kind->bodies.at(which), "part-" + number)));
  if (!kind->sign.empty()) out.text = TRY(world_.sign(out.text, kind->sign, at)) + out.text;
  return out;
}

}  // namespace rampart::server::demo
