// What `fix apply` and `fix undo` say, for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "audit/fix/apply.h"
#include "audit/fix/rollback.h"
#include "audit/fix/visible.h"

namespace rampart::audit::fix {

struct ApplyTextOptions {
  bool color = false;
  std::size_t width = 80;  // columns
};

// The steps that are published, each with what it changes at the server, and those that are held back, with why;
// `updates` as prepare() makes them.
std::string diff_text(const Plan& plan, const std::vector<Decision>& decisions,
                      const std::vector<Update>& updates, const ApplyTextOptions& options);
// One RRset's change, of fix undo.
std::string update_text(const Update& update, const ApplyTextOptions& options);
// "visible at ns1.bank.example (192.0.2.53:53)", a line each.
std::string servers_text(const std::vector<NameServer>& servers, const ApplyTextOptions& options);
// "_dmarc.bank.example TXT"
std::string set_name(const dns::RecordSet& set);

}  // namespace rampart::audit::fix
