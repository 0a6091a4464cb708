// For tests: one report of each kind as parsedmarc's documentation shows its exports, with invented names.
#pragma once

#include <cstdint>
#include <string>

namespace rampart::reports {

inline constexpr std::int64_t kExportedBegin = 1764028800;  // 2025-11-25

inline std::string exported_json() {
  return R"({
  "xml_schema": "draft",
  "report_metadata": {
    "org_name": "mx.example", "org_email": "dmarc@mx.example", "org_extra_contact_info": null,
    "report_id": "r1", "begin_date": "2025-11-24 19:00:00", "end_date": "2025-11-25 18:59:59",
    "timespan_requires_normalization": false, "original_timespan_seconds": 86399, "errors": []
  },
  "policy_published": {"domain": "bank.example", "adkim": "r", "aspf": "r", "p": "none", "sp": "none",
    "pct": "100", "fo": "0", "np": "reject", "discovery_method": null},
  "records": [
    {"source": {"ip_address": "192.0.2.1", "country": "US", "reverse_dns": null, "asn": 64496},
     "count": 3,
     "alignment": {"spf": false, "dkim": true, "dmarc": true},
     "policy_evaluated": {"disposition": "none", "dkim": "pass", "spf": "fail",
       "policy_override_reasons": [{"type": "mailing_list", "comment": "list <a&b>"}]},
     "identifiers": {"header_from": "bank.example", "envelope_from": "bounce.example", "envelope_to": null},
     "auth_results": {"dkim": [{"domain": "bank.example", "selector": "s1", "result": "pass"},
                               {"domain": "other.example", "selector": "none", "result": "fail"}],
                      "spf": [{"domain": "bounce.example", "scope": "mfrom", "result": "pass"}]},
     "normalized_timespan": false,
     "interval_begin": "2025-11-25 00:00:00", "interval_end": "2025-11-25 23:59:59"},
    {"source": {"ip_address": "2001:DB8::1"},
     "count": 4,
     "policy_evaluated": {"disposition": "reject", "dkim": "fail", "spf": "fail", "policy_override_reasons": []},
     "identifiers": {"header_from": "bank.example", "envelope_from": null, "envelope_to": null},
     "auth_results": {"dkim": [], "spf": [{"domain": "spoof.example", "scope": "helo", "result": "none"}]},
     "interval_begin": "2025-11-25 00:00:00", "interval_end": "2025-11-25 23:59:59"}
  ]
})";
}

inline std::string exported_csv() {
  return "xml_schema,org_name,org_email,org_extra_contact_info,report_id,begin_date,end_date,normalized_"
         "timespan,"
         "errors,domain,adkim,aspf,p,sp,np,pct,fo,testing,discovery_method,source_ip_address,source_country,"
         "count,"
         "spf_aligned,dkim_aligned,dmarc_aligned,disposition,policy_override_reasons,policy_override_"
         "comments,"
         "envelope_from,header_from,envelope_to,dkim_domains,dkim_selectors,dkim_results,spf_domains,spf_"
         "scopes,"
         "spf_results,of_a_later_version\n"
         "draft,mx.example,dmarc@mx.example,,r1,2025-11-25 00:00:00,2025-11-25 "
         "23:59:59,False,,bank.example,r,r,"
         "none,none,reject,100,0,,,192.0.2.1,US,3,False,True,True,none,mailing_list,list "
         "<a&b>,bounce.example,"
         "bank.example,,\"bank.example,other.example\",\"s1,none\",\"pass,fail\",bounce.example,mfrom,pass,"
         "x\n"
         "draft,mx.example,dmarc@mx.example,,r1,2025-11-25 00:00:00,2025-11-25 "
         "23:59:59,False,,bank.example,r,r,"
         "none,none,reject,100,0,,,2001:DB8::1,,4,False,False,False,reject,,,,bank.example,,,,,spoof.example,"
         "helo,"
         "none,x\n";
}

inline std::string exported_failure_json() {
  return R"([{"feedback_type": "auth-failure", "user_agent": "X/1.0", "version": "1.0",
  "original_mail_from": "a@bank.example", "arrival_date": "Tue, 25 Nov 2025 09:00:00 +0000",
  "message_id": "<1@bank.example>", "authentication_results": "dmarc=fail (p=none)\r\nX: y",
  "delivery_result": "policy", "auth_failure": ["dmarc"], "reported_domain": "bank.example",
  "source": {"ip_address": "192.0.2.9", "country": null}, "authentication_mechanisms": [],
  "dkim_domain": null, "sample_headers_only": false,
  "sample": "From: <a@bank.example>\r\nSubject: Rates\r\nMessage-ID: <1@bank.example>\r\n\r\nHello\r\n",
  "parsed_sample": {"subject": "Rates"}}])";
}

inline std::string exported_failure_csv() {
  return "feedback_type,user_agent,version,original_envelope_id,original_mail_from,original_rcpt_to,arrival_"
         "date,"
         "arrival_date_utc,subject,message_id,authentication_results,dkim_domain,source_ip_address,delivery_"
         "result,"
         "auth_failure,reported_domain,authentication_mechanisms,sample_headers_only\r\n"
         "auth-failure,X/1.0,1.0,,a@bank.example,b@else.example,\"Tue, 25 Nov 2025 09:00:00 "
         "+0000\",2025-11-25 "
         "09:00:00,Rates,<1@bank.example>,\"dmarc=fail (p=none, "
         "dis=none)\",,192.0.2.9,policy,dmarc,bank.example,,"
         "False\r\n";
}

inline std::string exported_tls_json() {
  return R"({"organization_name": "Example Inc.", "begin_date": "2025-11-25T00:00:00Z",
  "end_date": "2025-11-25T23:59:59Z", "contact_info": "tls@reporter.example",
  "report_id": "2025-11-25T00:00:00Z_bank.example",
  "policies": [
    {"policy_domain": "bank.example", "policy_type": "sts", "policy_strings": ["version: STSv1", "mode: testing"],
     "successful_session_count": 40, "failed_session_count": 3,
     "failure_details": [
       {"result_type": "certificate-expired", "failed_session_count": 2, "sending_mta_ip": "192.0.2.7",
        "receiving_ip": "198.51.100.1", "receiving_mx_hostname": "mx1.bank.example"},
       {"result_type": "validation-failure", "failed_session_count": 1}]},
    {"policy_domain": "news.bank.example", "policy_type": "no-policy-found", "policy_strings": ["version: STSv1",
     "mode: testing"], "successful_session_count": 5, "failed_session_count": 0}
  ]})";
}

inline std::string exported_tls_csv() {
  return "organization_name,begin_date,end_date,report_id,result_type,successful_session_count,"
         "failed_session_count,policy_domain,policy_type,policy_strings,mx_host_patterns,sending_mta_ip,"
         "receiving_ip,receiving_mx_hostname,receiving_mx_helo,additional_info_uri,failure_reason_code\n"
         "Example Inc.,2025-11-25T00:00:00Z,2025-11-25T23:59:59Z,2025-11-25T00:00:00Z_bank.example,,40,3,"
         "bank.example,sts,version: STSv1|mode: testing,,,,,,,\n"
         "Example Inc.,2025-11-25T00:00:00Z,2025-11-25T23:59:59Z,2025-11-25T00:00:00Z_bank.example,"
         "certificate-expired,,2,,,version: STSv1|mode: testing,,192.0.2.7,198.51.100.1,mx1.bank.example,,,\n"
         "Example Inc.,2025-11-25T00:00:00Z,2025-11-25T23:59:59Z,2025-11-25T00:00:00Z_bank.example,"
         "validation-failure,,1,,,version: STSv1|mode: testing,,,,,,,\n"
         "Example Inc.,2025-11-25T00:00:00Z,2025-11-25T23:59:59Z,2025-11-25T00:00:00Z_bank.example,,5,0,"
         "news.bank.example,no-policy-found,version: STSv1|mode: testing,,,,,,,\n";
}

}  // namespace rampart::reports
