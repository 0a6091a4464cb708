// A list of people to invite, as CSV (RFC 4180; UTF-8, a mark at its beginning is skipped):
//
//   address,name,role,organisations,language
//   bilal@ministry.example,Bilal Khan,analyst,Ministry of Water;Ministry of Roads,ur
//
// The first line names the columns, in any order; address and role are needed. Organisations are names or ids with `;` between them, `*`
// is all. Pure: whether they exist and the asker may grant them is decided later.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/permission.h"

namespace rampart::accounts {

inline constexpr std::size_t kMaxListBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxInvitations = 1000;  // of one list
inline constexpr std::size_t kMaxListFaults = 100;    // that are told

struct Invitation {
  std::string address;
  std::string name{};
  Role role = Role::helpdesk;
  bool everything = false;                   // no limit to organisations
  std::vector<std::string> organisations{};  // ids (invite()), or names as they stand in a list
  std::string language = "en";
  std::size_t line = 0;  // in a list
};

struct ListFault {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // of the field, from 1; 0: the line
  std::string text;        // printable
};

struct InvitationList {
  std::vector<Invitation> rows;
  std::vector<ListFault> faults;
};

InvitationList read_invitations(std::string_view csv);
// An e-mail address that can be a login name: kept in lower case; nothing when it is none (spaces, controls, two of @, over 254 bytes).
std::optional<std::string> login_name(std::string_view text);
// "en" and "ur": the languages of the console.
bool is_language(std::string_view text);

}  // namespace rampart::accounts
