// rampart profile: what the documents demand that domains are judged by.
#include <unistd.h>

#include "audit/catalogue.h"
#include "audit/profile/built_in.h"
#include "audit/profile/profile.h"
#include "base/columns.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/profiles.h"

namespace rampart::cli {
namespace {

using base::Result;

constexpr std::size_t kMaxTextWidth = 100;  // columns

struct Request {
  std::string name;
  std::vector<std::string> files;
};

std::size_t width_of(const Session& session) {
  return session.surroundings().out_is_terminal ? std::min(base::terminal_width(STDOUT_FILENO), kMaxTextWidth)
                                                : 80;
}

void paragraph(std::string& out, std::string_view indent, std::string_view text, std::size_t width) {
  for (const auto& line : base::wrap(text, width - indent.size())) out += fmt::format("{}{}\n", indent, line);
}

Result<Exit> run_list(Session& session) {
  std::string out;
  for (const auto& built_in : audit::built_in_profiles()) {
    const auto profile = TRY(read_profile(std::string(built_in.name)));
    out += fmt::format("{}  {}\n", base::pad_right(profile.id, 16), profile.title);
  }
  TRY(session.print(out));
  return Exit::clean;
}

std::string_view applies(const audit::Requirement& requirement) {
  switch (requirement.applies) {
    case audit::Applies::sending:
      return " (of domains that send mail)";
    case audit::Applies::parked:
      return " (of domains that send no mail)";
    case audit::Applies::all:
      break;
  }
  return "";
}

Result<Exit> run_show(Session& session, const Request& request) {
  const auto profile = TRY(read_profile(request.name));
  const auto width = width_of(session);
  std::string out;
  paragraph(out, "", profile.title, width);
  paragraph(out, "", profile.source, width);
  if (!profile.url.empty()) out += profile.url + '\n';
  if (!profile.text.empty()) {
    out += '\n';
    paragraph(out, "", profile.text, width);
  }
  for (const auto& requirement : profile.requirements) {
    out += '\n';
    paragraph(out, "",
              fmt::format("{}: {}{}{}", requirement.id, requirement.title, applies(requirement),
                          requirement.source.empty() ? "" : ", " + requirement.source),
              width);
    if (!requirement.text.empty()) paragraph(out, "    ", requirement.text, width);
    paragraph(out, "    ",
              requirement.by_hand.empty() ? "broken by " + base::join(requirement.findings, ", ")
                                          : "not judged by an audit: " + requirement.by_hand,
              width);
  }
  TRY(session.print(out));
  return Exit::clean;
}

Result<Exit> run_check(Session& session, const Request& request) {
  for (const auto& file : request.files) {
    // A name without a slash is a file here, too.
    const auto profile = TRY(read_profile(file.find('/') == std::string::npos ? "./" + file : file));
    TRY(session.print(fmt::format("{}: {}, {} requirements: right\n", base::printable(file), profile.id,
                                  profile.requirements.size())));
  }
  return Exit::clean;
}

}  // namespace

void add_profile_command(CLI::App& root, Session& session) {
  auto* profile =
      root.add_subcommand("profile", "Show what domains can be judged by: advisories, directives, rules");
  auto request = std::make_shared<Request>();

  auto* list = profile->add_subcommand("list", "List the profiles that Rampart brings along");
  session.on_run(*list, [](Session& s) { return run_list(s); });

  auto* show = profile->add_subcommand("show", "Show the requirements of a profile, and what breaks them");
  show->add_option("NAME", request->name, "A profile of the list, or a file")->required();
  session.on_run(*show, [request](Session& s) { return run_show(s, *request); });

  auto* check = profile->add_subcommand("check", "Say whether profiles of your own are right");
  check->add_option("FILE", request->files, "The files, in TOML")->required();
  session.on_run(*check, [request](Session& s) { return run_check(s, *request); });
}

}  // namespace rampart::cli
