// Made by tools/make_types.mjs from api/*.json (`npm run types`). Not to be edited.

export type OwnAccount = { id: Id; name: string; shown_name: string; role: Role; scope: Scope; language: Language; created: Time; last_sign_in: Time | null; recovery_codes_left: Count; };
export type OwnChange = { shown_name?: string; language?: Language; };
export type Notice = { id: Id; at: Time; kind: string; text: string; account: string; name: string; by: string; };
export type Account = { id: Id; name: string; shown_name: string; role: Role; scope: Scope; language: Language; state: AccountState; created: Time; last_sign_in: Time | null; factors: { totp: boolean; webauthn: Count; recovery_codes_left: Count; }; link_expires: Time | null; };
export type AccountState = "invited" | "active" | "disabled" | "left" | "must-re-enrol";
export type EnrolmentLink = { url: string; expires: Time; };
export type Invitation = { name: string; shown_name?: string; role: Role; scope: ScopeChoice; language?: Language; };
export type Invited = { account: Account; enrolment: EnrolmentLink; };
export type InvitedList = { dry_run: boolean; rows: { line: number; name: string; enrolment: EnrolmentLink | null; }[]; faults: { line: number; column: Count; detail: string; }[]; invited: Count; };
export type AccountChange = { role?: Role; scope?: ScopeChoice; disabled?: boolean; shown_name?: string; language?: Language; };
export type LogRow = { number: number; at: Time; account: string; name: string; by: "session" | "token" | "local" | "none" | "system"; by_id: string; address: string; act: string; object: string; organisation: string; outcome: "done" | "refused" | "failed"; details: unknown; hash: string; };
export type LogHead = { number: Count; at: Time; hash: string; key: string; signature: string; line: string; };
export type AuditRun = { id: Id; about: string; probe: boolean; by: string; state: JobState; progress: Progress; created: Time; ended: Time | null; summary: AuditSummary | null; };
export type AuditRequest = { domains?: string[]; organisation?: Id; all?: boolean; probe?: boolean; };
export type Problem = { type: string; title: string; status: number; detail: string; instance: string; where?: string; hint?: string; problems?: { where: string; detail: string; }[]; };
export type Time = string;
export type Day = string;
export type Count = number;
export type Id = string;
export type Domain = string;
export type Language = "en" | "ur";
export type Role = "owner" | "administrator" | "analyst" | "auditor" | "helpdesk";
export type Permission = "self" | "domains.read" | "domains.write" | "audits.run" | "fixes.read" | "fixes.publish" | "reports.read" | "reports.upload" | "senders.write" | "mail.read" | "mail.scan" | "quarantine.read" | "quarantine.content" | "quarantine.release" | "quarantine.delete" | "lists.read" | "lists.write" | "organisations.read" | "organisations.write" | "accounts.read" | "accounts.write" | "tokens.write" | "settings.read" | "settings.write" | "audit-log.read" | "export" | "system.read";
export type Action = "accept" | "quarantine" | "tempfail" | "reject";
export type Status = "spoofable" | "partly-protected" | "protected" | "unknown";
export type Severity = "info" | "low" | "medium" | "high" | "critical";
export type Weakness = "WK-1" | "WK-2" | "WK-3" | "WK-4" | "WK-5" | "WK-6" | "WK-7";
export type Grade = string;
export type OrganisationName = { id: Id; name: string; };
export type Scope = { everything: boolean; organisations: OrganisationName[]; };
export type ScopeChoice = { everything?: boolean; organisations?: Id[]; };
export type FixChange = { action: "add" | "replace" | "remove"; name: string; type: string; ttl: Count; data: string; before: string | null; };
export type FixStep = { number: number | null; step: string; subject: Domain; title: string; why: string; references: string[]; changes: FixChange[]; serve: string | null; question: string | null; refused: string | null; closes: { holds: boolean; findings: string[]; appears: string[]; hardens: string[]; why_not: string | null; } | null; breaks: { known: boolean; failing: string[] | null; senders: Count; why: string; } | null; proven: boolean; };
export type FixPlan = { schema: "rampart.fix/1"; now: Time; program: { name: "rampart"; version: string; }; source: string[]; notes: string[]; domain: Domain; before: { status: Status; grade: Grade; weaknesses: Weakness[]; }; after: { status: Status; grade: Grade; weaknesses: Weakness[]; }; steps: FixStep[]; questions: { name: string; question: string; options: string; }[]; };
export type Publication = { steps: { step: string; subject: string; }[]; accept_risk?: string; answers?: { report_to?: string; mta_sts_host?: string; dkim?: string[]; senders?: string[]; }; };
export type Published = { changed: FixChange[]; held_back: { step: string; why: string; }[]; visible: { server: string; shows: boolean; why: string; }[]; before: { status: Status; grade: Grade; weaknesses: Weakness[]; }; after: { status: Status; grade: Grade; weaknesses: Weakness[]; } | null; rollback: string | null; };
export type Rollback = { id: string; at: Time; server: string; changes: FixChange[]; accepted_risk: string | null; undone: boolean; };
export type WhatIf = { zone?: string; changes?: { action: "add" | "replace" | "remove"; name: string; type: string; ttl?: Count; data: string; }[]; };
export type AdviceRow = { domain: Domain; organisation: OrganisationName | null; verdict: "not-ready" | "ready" | "proven" | "stay" | "done" | "accepted" | "unknown"; tried: "none" | "quarantine" | "reject" | null; headline: string; look_again: Day | null; policy: "none" | "quarantine" | "reject" | "missing" | "unknown"; ladder: Rung[]; gates: { pass: Count; wait: Count; block: Count; unknown: Count; accepted: Count; }; };
export type Rung = { rung: "missing" | "none" | "quarantine-test" | "quarantine" | "reject-test" | "reject"; record: string | null; state: "passed" | "current" | "next" | "later"; };
export type Facts = { domain: Domain; at: Time; facts: { name: string; type: string; status: "present" | "absent" | "unknown"; why: string; ttl: number | null; records: string[]; server: string; }[]; };
export type History = { schema: "rampart.history/1"; domain: Domain; first: Time; last: Time; status: Status; grade: Grade; states: { number: Count; first: Time; last: Time; status: Status; grade: Grade; }[]; findings: FindingSpan[]; keys: { selector: string; fingerprint: string; first_seen: Time; }[]; };
export type FindingSpan = { code: string; effective: Severity; title: string; since: Time; gone: Time | null; };
export type Drift = { schema: "rampart.drift/1"; domain: Domain; before: Time; after: Time; grade_before: Grade; grade_after: Grade; changes: DriftChange[]; unknown: string[]; };
export type DriftChange = { what: "appeared" | "changed" | "went"; subject: "examination" | "record" | "finding"; key: string; title?: string; effective?: Severity; before?: string; after?: string; };
export type DomainFinding = { finding: AuditFinding; since: Time | null; steps: string[]; accepted: Risk | null; };
export type DomainKey = { selector: string; record: string; algorithm: string; bits: Count; revoked: boolean; fingerprint: string | null; first_seen: Time | null; age_days: number | null; due: Time | null; ours: "active" | "next" | "retiring" | "revoked" | null; };
export type DomainRow = { domain: Domain; unicode: string | null; organisation: OrganisationName | null; sends: boolean | null; watched: boolean; status: Status; grade: Grade | null; worst: Severity | null; open_findings: Count; next_step: NextStep | null; policy: "none" | "quarantine" | "reject" | "missing" | "unknown" | null; last_audit: Time | null; last_tried: Time | null; why: string | null; };
export type NextStep = { code: string; text: string; };
export type Risk = { number: Count; domain: Domain | null; code: string; reason: string; who: string; accepted: Time; until: Time | null; };
export type DomainDetail = { row: DomainRow; contact: string; sector: string; selectors: string[]; tags: { name: string; value: string | null; }[]; note: string; first_audit: Time | null; last_change: Time | null; job: Id | null; risks: Risk[]; };
export type DomainChange = { organisation?: Id | null; sends?: boolean | null; contact?: string; sector?: string; selectors?: string[]; tags?: { name: string; value?: string | null; }[]; note?: string; };
export type NewDomains = { domains: string[]; organisation?: Id | null; audit?: boolean; };
export type AddedDomains = { added: Count; known: Count; refused: { where: string; text: string; why: string; hint: string | null; }[]; job: Id | null; };
export type Enrolment = { purpose: "owner" | "invitation" | "recovery"; name: string; shown_name: string; language: Language; has_password: boolean; has_totp: boolean; keys: Count; missing: ("address" | "password" | "factor")[]; password: { min_length: Count; max_length: Count; }; expires: Time; csrf: string; };
export type NewPassword = { password: string; name?: string; shown_name?: string; };
export type TotpSecret = { secret: string; uri: string; qr: string; };
export type PublicKeyCreation = { rp: { id: string; name: string; }; user: { id: string; name: string; displayName: string; }; challenge: string; pubKeyCredParams: { type: "public-key"; alg: number; }[]; timeout: number; excludeCredentials: CredentialDescriptor[]; authenticatorSelection: { residentKey: "required" | "preferred" | "discouraged"; requireResidentKey: boolean; userVerification: "required" | "preferred" | "discouraged"; authenticatorAttachment?: "platform" | "cross-platform"; }; attestation: "none" | "direct"; };
export type NewCredential = { name: string; credential: { id: string; rawId: string; type: "public-key"; response: { clientDataJSON: string; attestationObject: string; transports?: string[]; }; authenticatorAttachment?: string | null; clientExtensionResults?: unknown; }; };
export type Factor = { id: Id; kind: "totp" | "webauthn"; name: string; added: Time; last_used: Time | null; synced: boolean; suspect: boolean; };
export type RecoveryCodes = { recovery_codes: string[]; };
export type Enrolled = { recovery_codes: string[]; session: Session; };
export type FindingEvent = { at: Time; domain: Domain; what: "appeared" | "changed" | "went" | "unexamined" | "examined-again" | "flapping" | "settled"; subject: "examination" | "record" | "finding"; key: string; title: string; effective: Severity | null; grade: Grade; };
export type JobEvent = { id: Id; kind: string; about: string; state: JobState; progress: Progress; };
export type ReportEvent = { kind: "aggregate" | "failure" | "tls"; domain: Domain; reporter: string; messages: Count; };
export type SessionEvent = { state: "changed" | "ended"; why: string; };
export type GapEvent = { lost: number | null; why: string; };
export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";
export type Progress = { done: Count; of: number | null; };
export type Job = { id: Id; kind: "audit" | "publish" | "undo" | "import" | "export" | "release"; about: string; state: JobState; progress: Progress; by: string; created: Time; started: Time | null; ended: Time | null; result: unknown | null; problem: Problem | null; };
export type AuditResult = { audited: Count; unknown: Count; };
export type ListText = { kind: "block" | "allow"; text: string; entries: Count; faults: { line: number; detail: string; }[]; changed: Time | null; by: string | null; names_content: boolean; };
export type ListRow = { kind: "block" | "allow"; file: string; written_here: boolean; entries: Count; faults: Count; changed: Time | null; by: string | null; };
export type Cause = { code: string; text: string; section: string; };
export type MailEvent = { schema: "rampart.event/1"; id: Id; at: Time; mode: "monitor" | "enforce"; asked: Action; answered: Action; queue_id: string; client: string; role: "inbound" | "submission" | "relayed" | "local" | "gateway" | ""; user: string; mail_from: string; recipients: string[]; author: string; subject: string; message_id: string; size: Count; draw: Count; results: string; signed_by: string[]; sealed_by: string; kept: string; took_us: Count; causes: Cause[]; sender: unknown | null; others?: { field: string; says: "spam" | "clean" | "unclear"; score?: number; }[]; other_results?: string[]; outcomes?: { action: Action; recipients: string[]; kept: string; causes: Cause[]; }[]; };
export type Trace = { schema: "rampart.trace/1"; asked: string; events: MailEvent[]; kept: { id: Id; received: Time; state: KeptState; changed: Time; by: string; queue_id: string; message_id: string; mail_from: string; recipients: string[]; author: string; subject: string; size: Count; causes: Cause[]; }[]; };
export type RateBucket = { at: Time; accept: Count; quarantine: Count; tempfail: Count; reject: Count; };
export type Organisation = { id: Id; name: string; sector: string; contact: string; language: Language; changed: Time; domains: StatusCounts; };
export type NewOrganisation = { name: string; sector?: string; contact?: string; language?: Language; };
export type OrganisationChange = { name?: string; sector?: string; contact?: string; language?: Language; };
export type Overview = { now: Time; domains: StatusCounts; under_attack: { domain: Domain; messages: Count; since: Time; delivered: Count; }[]; worst: DomainRow[]; mail: MailOfDay; changes: { since: Time; items: OverviewChange[]; more: Count; }; deadlines: Deadline[]; };
export type StatusCounts = { total: Count; spoofable: Count; partly_protected: Count; protected: Count; unknown: Count; };
export type MailOfDay = { from: Time; to: Time; step_seconds: Count; known: boolean; why: string | null; buckets: RateBucket[]; annotations: { at: Time; domain: Domain | null; kind: "policy" | "key" | "mode" | "setting"; text: string; }[]; };
export type OverviewChange = { at: Time; domain: Domain; what: "appeared" | "went"; code: string; title: string; effective: Severity; };
export type Deadline = { at: Time; kind: "key" | "risk" | "certificate" | "token" | "list" | "advice"; domain: Domain | null; text: string; };
export type KeptState = "kept" | "releasing" | "released" | "deleted";
export type Kept = { id: Id; received: Time; state: KeptState; changed: Time; by: string; action: Action; causes: Cause[]; author: string; from: string; subject: string; message_id: string; mail_from: string; recipients: string[]; client: string; helo: string; queue_id: string; size: Count; sha256: string; };
export type Rendering = { id: Id; headers: { name: string; value: string; explained: string | null; causes: string[]; }[]; path: { client: { address: string; name: string; confirmed: boolean | null; }; envelope: { domain: string; result: "pass" | "fail" | "softfail" | "neutral" | "none" | "policy" | "temperror" | "permerror"; aligned: boolean | null; why: string; }; signatures: { domain: string; selector: string; result: "pass" | "fail" | "softfail" | "neutral" | "none" | "policy" | "temperror" | "permerror"; aligned: boolean | null; why: string; }[]; author: { domain: string; result: "pass" | "fail" | "softfail" | "neutral" | "none" | "policy" | "temperror" | "permerror"; policy: "none" | "quarantine" | "reject" | "unknown"; why: string; }; } | null; parts: { path: string; type: string; name: string; charset: string; size: Count; sha256: string; attachment: boolean; shown: boolean; found: { code: string; evidence: string; }[]; rules: string[]; unseen: string | null; }[]; bodies: { part: string; kind: "html" | "text"; html: string; notices: { notice: string; text: string; count: Count; evidence: string; }[]; }[]; text: { part: string; text: string; cut: boolean; } | null; links: { part: string; kind: string; text: string; target: string; host: string; facts: string[]; claimed: string | null; count: Count; hidden: boolean; }[]; links_left_out: Count; marks: { code: string; text: string; places: Count; }[]; extent: string; fault: string | null; };
export type ReportFile = { id: Id; kind: "aggregate" | "failure" | "tls"; domain: string; reporter: string; report_id: string; from: Day | null; to: Day | null; messages: Count; trust: "verified" | "unverified" | "given" | "contradicted"; counts: boolean; read: Time; origin: string; defects: string[]; };
export type ReportsRead = { read: Count; duplicates: Count; corrections: Count; unverified: Count; aside: { origin: string; reason: string; }[]; reports: ReportFile[]; };
export type ReportSummary = { from: Day; to: Day; domain: Domain | null; reports: number | null; uncounted_reports: number | null; uncounted_messages: Count; total: { messages: Count; dkim: Count; spf_only: Count; fail: Count; }; failed: { delivered: Count; quarantined: Count; rejected: Count; } | null; reporters: { reporter: string; messages: Count; }[]; days: { day: Day; messages: Count; dkim: Count; spf_only: Count; fail: Count; estimated: boolean; }[]; domains: { domain: Domain; messages: Count; dkim: Count; spf_only: Count; fail: Count; uncounted_messages: Count; last_day: Day | null; }[]; };
export type TlsSummary = { from: Day; to: Day; domain: Domain | null; reports: Count; uncounted_reports: number | null; total: { successful: Count; failed: Count; }; reporters: { reporter: string; successful: Count; failed: Count; }[]; failures: { result: string; mx: string; sessions: Count; reporters: string[]; policy_types: ("tlsa" | "sts" | "no-policy-found" | "unknown")[]; first_day: Day; last_day: Day; meaning: string; }[]; days: { day: Day; successful: Count; failed: Count; estimated: boolean; }[]; domains: { domain: Domain; reports: Count; successful: Count; failed: Count; last_day: Day; }[]; };
export type FailureReport = { domain: string; read: Time; trust: string; file: string; source_ip: string; auth_failure: string; identity_alignment: string; delivery_result: string; incidents: Count; from_domain: string; original_mail_from: string; dkim_domain: string; dkim_selector: string; spf_dns: string; results: string; subject: string; message_id: string; arrival_date: string; user_agent: string; feedback_type: string; plain: boolean; };
export type SearchHit = { kind: "domain" | "sender" | "message" | "kept" | "organisation" | "account" | "setting"; id: string; title: string; detail: string; };
export type SearchResult = { query: string; items: SearchHit[]; unasked: { kind: string; why: string; }[]; };
export type Source = { id: string; name: string; kind: "own" | "service" | "forwarder" | "spoofing" | "unknown"; confidence: "certain" | "likely" | "unknown"; provider: { id: string; name: string; kind: string; } | null; mark: { number: Count; who: string; reason: string; } | null; messages: Count; authenticated: Count; dkim: Count; spf_only: Count; fail: Count; since: Day; first_day: Day; last_day: Day; trend: "fresh" | "rising" | "steady" | "falling" | "quiet"; evidence: { kind: string; text: string; mark: string; addresses: Count; messages: Count; }[]; dkim_keys: { domain: string; selector: string; messages: Count; }[]; addresses: { address: string; reverse_name: string; messages: Count; }[]; };
export type DomainSenders = { schema: "rampart.reports-sources/1"; domain: Domain; from: Day; to: Day; reports: Count; reporters: Count; messages: Count; estimated: Count; addresses: Count; uncounted_reports: Count; uncounted_messages: Count; unaddressed_messages: Count; dns: { asked: boolean; addresses: Count; left_out_addresses: Count; left_out_messages: Count; reverse_unknown: { addresses: Count; messages: Count; example: string; }; spf_unknown: { addresses: Count; messages: Count; example: string; }; notes: string[]; }; sources: Source[]; idle_marks: { number: Count; source: string; kind: "own" | "service" | "forwarder" | "spoofing" | "unknown"; }[]; };
export type SenderRow = { id: string; name: string; kind: "own" | "service" | "forwarder" | "spoofing" | "unknown"; confidence: "certain" | "likely" | "unknown"; provider: { id: string; name: string; kind: string; } | null; messages: Count; authenticated: Count; fail: Count; domains: Count; first_day: Day; last_day: Day; trend: "fresh" | "rising" | "steady" | "falling" | "quiet"; };
export type SenderMark = { number: Count; domain: Domain; source: string; kind: "own" | "service" | "forwarder" | "spoofing" | "unknown"; name: string; reason: string; who: string; made: Time; removed: { who: string; at: Time; } | null; };
export type Session = { state: "anonymous" | "pending" | "enrolling" | "signed-in"; account: AccountName | null; role: Role | null; scope: Scope | null; permissions: Permission[]; factors: ("totp" | "webauthn" | "recovery")[]; csrf: string | null; proven: Time | null; step_up_until: Time | null; expires: Time | null; demo: boolean; language: Language; public_url: string; version: string; owner_exists: boolean; };
export type AccountName = { id: Id; name: string; shown_name: string; };
export type SignIn = { name: string; password: string; };
export type Code = { code: string; };
export type RecoveryCode = { code: string; };
export type PublicKeyRequest = { challenge: string; timeout: number; rpId: string; allowCredentials: CredentialDescriptor[]; userVerification: "required" | "preferred" | "discouraged"; };
export type CredentialDescriptor = { type: "public-key"; id: string; transports?: string[]; };
export type Assertion = { id: string; rawId: string; type: "public-key"; response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string | null; }; authenticatorAttachment?: string | null; clientExtensionResults?: unknown; };
export type OneSession = { id: Id; current: boolean; began: Time; last_used: Time; expires: Time; address: string; browser: string; proven: Time; };
export type OidcProvider = { id: string; name: string; };
export type Setting = { key: string; section: string; type: "boolean" | "integer" | "duration" | "text" | "list"; value: boolean | number | string | unknown[] | null; default: boolean | number | string | unknown[] | null; origin: { from: "default" | "file" | "option" | "environment"; where: string; }; secret: boolean; brief: string; };
export type SettingReference = { key: string; type: "boolean" | "integer" | "duration" | "text" | "list"; default: string; brief: string; detail: string; option: string; unit: string; min: number | null; max: number | null; choices: string[]; example: string; };
export type System = { version: string; started: Time; now: Time; roles: ("api" | "guard" | "worker")[]; demo: boolean; public_url: string; store: { backend: "sqlite" | "postgresql"; where: string; bytes: number | null; }; parts: { name: string; health: "good" | "warning" | "bad" | "unknown"; text: string; since: Time | null; }[]; marks: { kind: string; at: Time; text: string; }[]; streams: Count; jobs: { queued: Count; running: Count; }; };
export type Token = { id: Id; name: string; permissions: Permission[]; organisations: OrganisationName[]; created: Time; expires: Time; last_used: Time | null; last_address: string | null; };
export type NewToken = { name: string; permissions: Permission[]; organisations?: Id[]; days?: number; };
export type AuditTime = string;
export type AuditCount = number;
export type AuditLevel = "info" | "low" | "medium" | "high" | "critical";
export type AuditWeakness = "WK-1" | "WK-2" | "WK-3" | "WK-4" | "WK-5" | "WK-6" | "WK-7";
export type AuditPolicy = "none" | "quarantine" | "reject" | "missing" | "unknown";
export type AuditDisposition = "deliver" | "quarantine" | "reject" | "unknown";
export type AuditTexts = string[];
export type AuditTextOrNull = string | null;
export type AuditReport = { schema: "rampart.audit/1"; now: AuditTime; program: { name: "rampart"; version: string; }; source: AuditTexts; domains: AuditDomain[]; groups?: AuditGroup[]; summary: AuditSummary; refused: AuditRefused[]; notes: AuditTexts; };
export type AuditLine = AuditDomain;
export type AuditDomain = { domain: string; unicode: AuditTextOrNull; organizational_domain: AuditTextOrNull; organisation?: string; sector?: string; contact?: string; sends?: boolean; tags?: { name: string; value: AuditTextOrNull; }[]; note?: string; now: AuditTime; status: "spoofable" | "partly-protected" | "protected" | "unknown"; grade: string; sentence: string; weaknesses: AuditWeakness[]; findings: AuditFinding[]; spoofing: AuditAttempt[]; effective_policy: { domain: AuditApplied; subdomain: AuditApplied; invented: AuditApplied; }; dkim: { keys: AuditKey[]; selectors_tried: AuditCount; proven_absent: boolean; }; profiles?: { id: string; title: string; requirements: AuditRequirement[]; }[]; questions: AuditCount; };
export type AuditRequirement = { id: string; title: string; verdict: "broken" | "unknown" | "not-judged" | "not-applicable" | "met"; findings: AuditTexts; accepted: boolean; why: AuditTextOrNull; };
export type AuditFinding = { code: string; weakness: AuditWeakness | null; severity: AuditLevel; effective: AuditLevel; status: "present" | "absent" | "unknown"; title: string; evidence: { text: string; record?: string; server?: string; why?: string; }[]; advice: string; references: AuditTexts; requirements?: AuditTexts; accepted?: { reason: string; who: string; until: AuditTime | null; }; remedies: { action: "add" | "replace" | "remove"; name: string; type: string; ttl: AuditCount; data: string; }[]; };
export type AuditAttempt = { identity: "domain" | "subdomain" | "invented"; origin: "stranger" | "shared"; from: string; address: string; via: AuditTextOrNull; spf: string; dmarc: string; policy: AuditPolicy; rfc9989: AuditDisposition; rfc7489: AuditDisposition; decided_by: string; why: string; };
export type AuditApplied = { policy: AuditPolicy; record: AuditTextOrNull; tag: "p" | "sp" | "np" | null; testing: boolean; rfc7489: AuditPolicy; };
export type AuditKey = { selector: string; record: string; algorithm: string; bits: AuditCount; revoked: boolean; fingerprint: AuditTextOrNull; };
export type AuditRefused = { where: string; text: string; why: string; hint: AuditTextOrNull; };
export type AuditGroup = { column: string; value: AuditTextOrNull; domains: AuditCount; status: { [name: string]: AuditCount; }; grades: { [name: string]: AuditCount; }; weaknesses: { [name: string]: AuditCount; }; };
export type AuditSummary = { domains: AuditCount; status: { [name: string]: AuditCount; }; grades: { [name: string]: AuditCount; }; weaknesses: { [name: string]: AuditCount; }; worst_effective: { [name: string]: AuditCount; }; questions: AuditCount; refused: AuditCount; duplicates: AuditCount; requirements?: { profile: string; id: string; [name: string]: unknown; }[]; };
export type AdviseDay = string;
export type AdviseCount = number;
export type AdvisePolicy = "none" | "quarantine" | "reject";
export type AdviseGate = "coverage" | "inventory" | "authentication" | "blast-radius" | "indirect" | "subdomains" | "stability" | "rollback";
export type AdviseTexts = string[];
export type AdviseTextOrNull = string | null;
export type AdviseRate = { mean: number; low: number; high: number | null; confidence: 0.95; };
export type AdviseTally = { messages: AdviseCount; dkim: AdviseCount; spf_only: AdviseCount; fail: AdviseCount; };
export type AdviseAdvice = { domain: string; today: AdviseDay; verdict: "not-ready" | "ready" | "proven" | "stay" | "done" | "accepted"; tried: AdvisePolicy; headline: string; sentence: string; look_again: AdviseDay; current: { from: "nowhere" | "dns" | "reports"; record: AdviseTextOrNull; own: boolean; policy: AdvisePolicy; test: boolean; since: null | AdviseDay; days: AdviseCount; }; next: null | { name: string; record: string; policy: AdvisePolicy; test: boolean; now: boolean; says: string; }; rollback: AdviseTextOrNull; gates: { gate: AdviseGate; state: "pass" | "wait" | "block" | "unknown" | "accepted"; says: string; evidence: AdviseTexts; }[]; blockers: { gate: AdviseGate; source: AdviseTextOrNull; says: string; mend: string; help: AdviseTextOrNull; until: null | AdviseDay; waits: boolean; acceptable: boolean; accepted: boolean; }[]; blast: { policy: AdvisePolicy; subdomains: boolean; from: AdviseDay; to: AdviseDay; forged: AdviseCount; legitimate: AdviseCount; handed_on: AdviseCount; lists: AdviseCount; unclear: AdviseCount; legitimate_messages: AdviseCount; by_spf: AdviseCount; estimated: AdviseCount; legitimate_a_day: AdviseRate; sources: { source: string; messages: AdviseCount; stopped: AdviseCount; by_spf: AdviseCount; before_mended: AdviseCount; stopped_a_day: AdviseRate; }[]; }; sources: { id: string; name: string; kind: "own" | "service" | "forwarder" | "spoofing" | "unknown"; confidence: "certain" | "likely" | "unknown"; standing: "legitimate" | "handed-on" | "forged" | "unclear"; by_owner: boolean; provider: AdviseTextOrNull; mail: AdviseTally; lists: AdviseCount; first_day: AdviseDay; last_day: AdviseDay; trend: "fresh" | "rising" | "steady" | "falling" | "quiet"; evidence: AdviseTexts; }[]; reporters: { name: string; ground: "none" | "history" | "known" | "listed" | "given"; counts: boolean; messages: AdviseCount; first_day: AdviseDay; last_day: AdviseDay; }[]; said_aside: { source: AdviseTextOrNull; messages: AdviseCount; failing: AdviseCount; addresses: AdviseCount; reporters: AdviseTexts; more_reporters: AdviseCount; }[]; lookups: { unanswered: AdviseCount; left_out: AdviseCount; named: { address: AdviseTextOrNull; why: string; messages: AdviseCount; }[]; }; honours: { messages: AdviseCount; reads_t: AdviseCount; reads_pct: AdviseCount; unknown: AdviseCount; acts: AdviseCount; t: AdviseTexts; pct: AdviseTexts; seen_t: AdviseTexts; seen_pct: AdviseTexts; }; watch: AdviseTexts; spf: { known: boolean; idle_includes: AdviseTexts; }; notes: AdviseTexts; steps: { step: string; known: boolean; senders: AdviseCount; failing: AdviseTexts; why: string; covered: boolean; }[]; };
export type AdviseOne = AdviseAdvice;
export type AdviseAll = { schema: "rampart.advise-all/1"; domains: AdviseAdvice[]; };
export type VerdictTexts = string[];
export type VerdictTextOrNull = string | null;
export type VerdictCode = string;
export type VerdictKnown = boolean | null;
export type VerdictNotKnown = "" | "no-store" | "switched-off" | "store-trouble" | "no-author" | "no-address" | "too-young" | "incomplete" | "many-recipients";
export type VerdictTimeOrNull = string | null;
export type VerdictAction = "accept" | "quarantine" | "tempfail" | "reject";
export type VerdictResult = { result: "pass" | "fail" | "softfail" | "neutral" | "none" | "policy" | "temperror" | "permerror"; };
export type Verdict = { schema: "rampart.verdict/1"; now: string; program: { name: "rampart"; version: string; }; source: VerdictTexts; notes: VerdictTexts; sentence: string; action: VerdictAction; score: number; signals: { code: VerdictCode; strength: number; evidence: string; part: string; }[]; content: null | { score: number; level: "none" | "tag" | "quarantine"; tag_at: number; quarantine_at: number; model: string; signals: { code: VerdictCode; family: "impersonation" | "links" | "html" | "attachments" | "words" | "context"; points: number; strength: number; evidence: string; part: string; text: string; text_ur: string; }[]; }; causes: { code: VerdictCode; text: string; section: string; }[]; answer: null | { code: number; enhanced: string; text: string; }; recipients: { address: string; action: VerdictAction; }[]; role: { name: "inbound" | "submission" | "relayed" | "local" | "gateway"; why: string; }; sender: null | { known: VerdictKnown; why: VerdictNotKnown; first: VerdictTimeOrNull; last: VerdictTimeOrNull; messages: number; replied: VerdictTimeOrNull; proven: boolean; recipients: { address: string; known: VerdictKnown; why: VerdictNotKnown; first: VerdictTimeOrNull; last: VerdictTimeOrNull; messages: number; replied: VerdictTimeOrNull; }[]; }; signing: { adds: "nothing" | "signed" | "sealed"; keys: { domain: string; selector: string; type: "rsa" | "ed25519"; bits: number; }[]; no_keys: string; owned: "yes" | "no" | "unknown" | null; }; unchecked: VerdictTexts; other_results: VerdictTexts; authentication: { envelope: { ip: VerdictTextOrNull; helo: VerdictTextOrNull; mail_from: VerdictTextOrNull; }; author: { fields: number; domains: VerdictTexts; addresses: VerdictTexts; fault: VerdictTextOrNull; }; sentence: string; spf: null | VerdictResult; dkim: VerdictResult[]; arc: VerdictResult; dmarc: VerdictResult & { policy: "none" | "quarantine" | "reject"; why: string; domains: unknown[]; }; iprev: null | VerdictResult; }; };

export interface Operations {
  account_read: { path: undefined; query: undefined; body: undefined; answer: OwnAccount };
  account_change: { path: undefined; query: undefined; body: OwnChange; answer: OwnAccount };
  account_password: { path: undefined; query: undefined; body: { current: string; password: string; }; answer: undefined };
  factors_list: { path: undefined; query: undefined; body: undefined; answer: { items: Factor[]; recovery_codes_left: Count; } };
  account_totp: { path: undefined; query: undefined; body: undefined; answer: TotpSecret };
  account_totp_confirm: { path: undefined; query: undefined; body: Code; answer: Factor };
  account_webauthn_options: { path: undefined; query: undefined; body: undefined; answer: PublicKeyCreation };
  account_webauthn: { path: undefined; query: undefined; body: NewCredential; answer: Factor };
  factors_remove: { path: { id: Id; }; query: undefined; body: undefined; answer: undefined };
  notices_list: { path: undefined; query: undefined; body: undefined; answer: { items: Notice[]; } };
  notices_put_away: { path: { id: Id; }; query: undefined; body: undefined; answer: undefined };
  account_oidc: { path: undefined; query: undefined; body: undefined; answer: { items: { id: string; name: string; bound: boolean; }[]; } };
  account_oidc_unbind: { path: { provider: string; }; query: undefined; body: undefined; answer: undefined };
  account_recovery_codes: { path: undefined; query: undefined; body: undefined; answer: RecoveryCodes };
  accounts_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; role?: Role | undefined; organisation?: Id | undefined; text?: string | undefined; state?: AccountState | undefined; }; body: undefined; answer: { items: Account[]; next: string | null; total: number | null; } };
  accounts_invite: { path: undefined; query: undefined; body: Invitation; answer: Invited };
  accounts_invite_many: { path: undefined; query: { dry_run?: boolean | undefined; }; body: Blob | string; answer: InvitedList };
  accounts_read: { path: { id: Id; }; query: undefined; body: undefined; answer: Account };
  accounts_change: { path: { id: Id; }; query: undefined; body: AccountChange; answer: Account };
  accounts_remove: { path: { id: Id; }; query: undefined; body: undefined; answer: undefined };
  accounts_reset: { path: { id: Id; }; query: undefined; body: undefined; answer: EnrolmentLink };
  accounts_end_sessions: { path: { id: Id; }; query: undefined; body: undefined; answer: { ended: Count; } };
  audit_log_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; account?: string | undefined; act?: string | undefined; object?: string | undefined; organisation?: Id | undefined; outcome?: "done" | "refused" | "failed" | undefined; from?: Time | undefined; to?: Time | undefined; }; body: undefined; answer: { items: LogRow[]; next: string | null; total: number | null; } };
  audit_log_verify: { path: undefined; query: undefined; body: undefined; answer: { holds: boolean; rows: Count; heads: Count; first_bad: { number: number; what: "altered" | "missing" | "reordered" | "cut" | "rewritten" | "head"; detail: string; } | null; } };
  audit_log_head: { path: undefined; query: undefined; body: undefined; answer: { head: LogHead | null; } };
  audits_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; }; body: undefined; answer: { items: AuditRun[]; next: string | null; total: number | null; } };
  audits_start: { path: undefined; query: undefined; body: AuditRequest; answer: Job };
  audits_read: { path: { id: Id; }; query: undefined; body: undefined; answer: { run: AuditRun; domains: { domain: Domain; status: Status; grade: Grade; why: string | null; }[]; refused: { where: string; text: string; why: string; hint: string | null; }[]; } };
  domains_plan: { path: { domain: string; }; query: { report_to?: string | undefined; mta_sts_host?: string | undefined; dkim?: string[] | undefined; sender?: string[] | undefined; }; body: undefined; answer: FixPlan };
  domains_plan_zone: { path: { domain: string; }; query: { report_to?: string | undefined; mta_sts_host?: string | undefined; dkim?: string[] | undefined; sender?: string[] | undefined; steps?: number | undefined; format?: "zone" | "nsupdate" | undefined; }; body: undefined; answer: string };
  domains_publish: { path: { domain: string; }; query: undefined; body: Publication; answer: Job };
  domains_rollbacks: { path: { domain: string; }; query: undefined; body: undefined; answer: { items: Rollback[]; } };
  domains_undo: { path: { domain: string; rollback: string; }; query: undefined; body: undefined; answer: Job };
  domains_what_if: { path: { domain: string; }; query: undefined; body: WhatIf; answer: { before: AuditLine; after: AuditLine; drift: Drift; } };
  domains_advice: { path: { domain: string; }; query: undefined; body: undefined; answer: AdviseOne };
  domains_rehearsal: { path: { domain: string; }; query: { policy: "quarantine" | "reject"; }; body: undefined; answer: AdviseOne };
  advice_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; verdict?: "not-ready" | "ready" | "proven" | "stay" | "done" | "accepted" | "unknown" | undefined; organisation?: Id | undefined; text?: string | undefined; }; body: undefined; answer: { items: AdviceRow[]; next: string | null; total: number | null; } };
  domains_report: { path: { domain: string; }; query: { at?: Time | undefined; }; body: undefined; answer: AuditLine };
  domains_facts: { path: { domain: string; }; query: { at?: Time | undefined; }; body: undefined; answer: Facts };
  domains_history: { path: { domain: string; }; query: undefined; body: undefined; answer: History };
  domains_drift: { path: { domain: string; }; query: { since?: Time | undefined; }; body: undefined; answer: Drift };
  domains_findings: { path: { domain: string; }; query: undefined; body: undefined; answer: { items: DomainFinding[]; mended: FindingSpan[]; } };
  domains_keys: { path: { domain: string; }; query: undefined; body: undefined; answer: { items: DomainKey[]; selectors_tried: Count; proven_absent: boolean; } };
  risks_accept: { path: { domain: string; }; query: undefined; body: { code: string; reason: string; until?: Time | null; }; answer: Risk };
  risks_withdraw: { path: { domain: string; code: string; }; query: undefined; body: undefined; answer: undefined };
  domains_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; sort?: "name" | "-name" | "grade" | "-grade" | "status" | "-status" | "last_audit" | "-last_audit" | "open_findings" | "-open_findings" | undefined; organisation?: Id | undefined; status?: Status[] | undefined; grade?: string[] | undefined; finding?: string | undefined; sends?: ("yes" | "no" | "unsaid")[] | undefined; text?: string | undefined; }; body: undefined; answer: { items: DomainRow[]; next: string | null; total: number | null; } };
  domains_add: { path: undefined; query: undefined; body: NewDomains; answer: AddedDomains };
  domains_read: { path: { domain: string; }; query: undefined; body: undefined; answer: DomainDetail };
  domains_change: { path: { domain: string; }; query: undefined; body: DomainChange; answer: DomainDetail };
  domains_remove: { path: { domain: string; }; query: undefined; body: undefined; answer: undefined };
  enrolment_read: { path: undefined; query: undefined; body: undefined; answer: Enrolment };
  enrolment_open: { path: undefined; query: undefined; body: { token: string; }; answer: Enrolment };
  enrolment_password: { path: undefined; query: undefined; body: NewPassword; answer: Enrolment };
  enrolment_totp: { path: undefined; query: undefined; body: undefined; answer: TotpSecret };
  enrolment_totp_confirm: { path: undefined; query: undefined; body: Code; answer: Enrolment };
  enrolment_webauthn_options: { path: undefined; query: undefined; body: undefined; answer: PublicKeyCreation };
  enrolment_webauthn: { path: undefined; query: undefined; body: NewCredential; answer: Enrolment };
  enrolment_finish: { path: undefined; query: undefined; body: undefined; answer: Enrolled };
  events_follow: { path: undefined; query: { topic?: ("mail" | "job" | "finding" | "report" | "session")[] | undefined; action?: Action | undefined; to?: string | undefined; cause?: string | undefined; back?: number | undefined; }; body: undefined; answer: string };
  jobs_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; state?: JobState | undefined; kind?: string | undefined; }; body: undefined; answer: { items: Job[]; next: string | null; total: number | null; } };
  jobs_read: { path: { id: Id; }; query: undefined; body: undefined; answer: Job };
  jobs_cancel: { path: { id: Id; }; query: undefined; body: undefined; answer: Job };
  lists_list: { path: undefined; query: undefined; body: undefined; answer: { items: ListRow[]; } };
  lists_read: { path: { kind: "block" | "allow"; }; query: undefined; body: undefined; answer: ListText };
  lists_write: { path: { kind: "block" | "allow"; }; query: undefined; body: { text: string; }; answer: ListText };
  mail_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; action?: Action[] | undefined; recipient?: string | undefined; sender?: string | undefined; author?: string | undefined; client?: string | undefined; cause?: string | undefined; text?: string | undefined; from?: Time | undefined; to?: Time | undefined; }; body: undefined; answer: { items: MailEvent[]; next: string | null; total: number | null; } };
  mail_trace: { path: undefined; query: { q: string; }; body: undefined; answer: Trace };
  mail_rates: { path: undefined; query: { by?: "minute" | "hour" | undefined; back?: number | undefined; }; body: undefined; answer: { from: Time; to: Time; by: "minute" | "hour"; buckets: RateBucket[]; causes: { code: string; messages: Count; }[]; authors: { author: string; messages: Count; }[]; median_us: number | null; p99_us: number | null; left_out: Count; } };
  mail_read: { path: { id: Id; }; query: undefined; body: undefined; answer: { event: MailEvent; others: MailEvent[]; kept: Kept[]; } };
  mail_scan: { path: undefined; query: { ip?: string | undefined; helo?: string | undefined; mail_from?: string | undefined; rcpt?: string[] | undefined; auth?: "1" | undefined; user?: string | undefined; }; body: Blob | string; answer: Verdict };
  organisations_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; }; body: undefined; answer: { items: Organisation[]; next: string | null; total: number | null; } };
  organisations_add: { path: undefined; query: undefined; body: NewOrganisation; answer: Organisation };
  organisations_read: { path: { id: Id; }; query: undefined; body: undefined; answer: Organisation };
  organisations_change: { path: { id: Id; }; query: undefined; body: OrganisationChange; answer: Organisation };
  organisations_remove: { path: { id: Id; }; query: undefined; body: undefined; answer: undefined };
  overview_read: { path: undefined; query: { since?: Time | undefined; }; body: undefined; answer: Overview };
  quarantine_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; state?: KeptState | undefined; recipient?: string | undefined; author?: string | undefined; cause?: string | undefined; text?: string | undefined; from?: Time | undefined; to?: Time | undefined; }; body: undefined; answer: { items: Kept[]; next: string | null; total: number | null; } };
  quarantine_read: { path: { id: Id; }; query: undefined; body: undefined; answer: { kept: Kept; events: MailEvent[]; verdict: string | null; } };
  quarantine_message: { path: { id: Id; }; query: undefined; body: undefined; answer: Rendering };
  quarantine_raw: { path: { id: Id; }; query: undefined; body: undefined; answer: string };
  quarantine_release: { path: { id: Id; }; query: undefined; body: { recipients?: string[]; again?: boolean; }; answer: { kept: Kept[]; } };
  quarantine_delete: { path: { id: Id; }; query: undefined; body: undefined; answer: Kept };
  reports_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; kind?: "aggregate" | "failure" | "tls" | undefined; domain?: string | undefined; reporter?: string | undefined; from?: Day | undefined; to?: Day | undefined; }; body: undefined; answer: { items: ReportFile[]; next: string | null; total: number | null; } };
  reports_upload: { path: undefined; query: { name?: string | undefined; from?: "reports" | "parsedmarc" | undefined; }; body: Blob | string; answer: ReportsRead };
  reports_aside: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; }; body: undefined; answer: { items: { origin: string; reason: string; at: Time; }[]; next: string | null; total: number | null; } };
  reports_summary: { path: undefined; query: { domain?: string | undefined; days?: number | undefined; }; body: undefined; answer: ReportSummary };
  reports_tls: { path: undefined; query: { domain?: string | undefined; days?: number | undefined; }; body: undefined; answer: TlsSummary };
  reports_failures: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; domain?: string | undefined; }; body: undefined; answer: { items: FailureReport[]; next: string | null; total: number | null; } };
  search_all: { path: undefined; query: { q: string; kind?: ("domain" | "sender" | "message" | "kept" | "organisation" | "account" | "setting")[] | undefined; }; body: undefined; answer: SearchResult };
  domains_senders: { path: { domain: string; }; query: { days?: number | undefined; }; body: undefined; answer: DomainSenders };
  senders_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; kind?: "own" | "service" | "forwarder" | "spoofing" | "unknown" | undefined; text?: string | undefined; days?: number | undefined; }; body: undefined; answer: { items: SenderRow[]; next: string | null; total: number | null; } };
  senders_read: { path: { sender: string; }; query: { days?: number | undefined; }; body: undefined; answer: { sender: SenderRow; domains: { domain: Domain; source: Source; }[]; marks: SenderMark[]; } };
  senders_mark: { path: { sender: string; }; query: undefined; body: { domain: string; kind: "own" | "service" | "forwarder" | "spoofing"; name?: string; reason: string; }; answer: SenderMark };
  senders_unmark: { path: { sender: string; }; query: { domain: string; }; body: undefined; answer: undefined };
  session_read: { path: undefined; query: undefined; body: undefined; answer: Session };
  session_sign_in: { path: undefined; query: undefined; body: SignIn; answer: Session };
  session_end: { path: undefined; query: undefined; body: undefined; answer: undefined };
  session_totp: { path: undefined; query: undefined; body: Code; answer: Session };
  session_webauthn_options: { path: undefined; query: undefined; body: undefined; answer: PublicKeyRequest };
  session_webauthn: { path: undefined; query: undefined; body: Assertion; answer: Session };
  step_up_totp: { path: undefined; query: undefined; body: Code; answer: Session };
  step_up_webauthn_options: { path: undefined; query: undefined; body: undefined; answer: PublicKeyRequest };
  step_up_webauthn: { path: undefined; query: undefined; body: Assertion; answer: Session };
  session_recovery: { path: undefined; query: undefined; body: RecoveryCode; answer: Session };
  sessions_list: { path: undefined; query: undefined; body: undefined; answer: { items: OneSession[]; next: string | null; total: number | null; } };
  sessions_end_others: { path: undefined; query: undefined; body: undefined; answer: { ended: Count; } };
  sessions_end: { path: { id: Id; }; query: undefined; body: undefined; answer: undefined };
  oidc_providers: { path: undefined; query: undefined; body: undefined; answer: { providers: OidcProvider[]; } };
  oidc_start: { path: { provider: string; }; query: { purpose?: "sign-in" | "bind" | "step-up" | undefined; }; body: undefined; answer: undefined };
  oidc_callback: { path: undefined; query: { code?: string | undefined; state?: string | undefined; error?: string | undefined; error_description?: string | undefined; iss?: string | undefined; session_state?: string | undefined; }; body: undefined; answer: string };
  oidc_finish: { path: undefined; query: { code?: string | undefined; state?: string | undefined; error?: string | undefined; error_description?: string | undefined; iss?: string | undefined; session_state?: string | undefined; }; body: undefined; answer: undefined };
  settings_list: { path: undefined; query: { text?: string | undefined; }; body: undefined; answer: { items: Setting[]; file: string | null; } };
  settings_reference: { path: undefined; query: undefined; body: undefined; answer: { items: SettingReference[]; } };
  system_read: { path: undefined; query: undefined; body: undefined; answer: System };
  openapi_read: { path: undefined; query: undefined; body: undefined; answer: unknown };
  tokens_list: { path: undefined; query: { limit?: number | undefined; after?: string | undefined; }; body: undefined; answer: { items: Token[]; next: string | null; total: number | null; } };
  tokens_make: { path: undefined; query: undefined; body: NewToken; answer: { token: Token; secret: string; } };
  tokens_end: { path: { id: Id; }; query: undefined; body: undefined; answer: undefined };
}

// method, path and permission of each
export const operations = {
  account_read: ['GET', '/account', 'self'],
  account_change: ['PATCH', '/account', 'self'],
  account_password: ['POST', '/account/password', 'self'],
  factors_list: ['GET', '/account/factors', 'self'],
  account_totp: ['POST', '/account/totp', 'self'],
  account_totp_confirm: ['POST', '/account/totp/confirm', 'self'],
  account_webauthn_options: ['POST', '/account/webauthn/options', 'self'],
  account_webauthn: ['POST', '/account/webauthn', 'self'],
  factors_remove: ['DELETE', '/account/factors/{id}', 'self'],
  notices_list: ['GET', '/account/notices', 'self'],
  notices_put_away: ['DELETE', '/account/notices/{id}', 'self'],
  account_oidc: ['GET', '/account/oidc', 'self'],
  account_oidc_unbind: ['DELETE', '/account/oidc/{provider}', 'self'],
  account_recovery_codes: ['POST', '/account/recovery-codes', 'self'],
  accounts_list: ['GET', '/accounts', 'accounts.read'],
  accounts_invite: ['POST', '/accounts', 'accounts.write'],
  accounts_invite_many: ['POST', '/accounts/invitations', 'accounts.write'],
  accounts_read: ['GET', '/accounts/{id}', 'accounts.read'],
  accounts_change: ['PATCH', '/accounts/{id}', 'accounts.write'],
  accounts_remove: ['DELETE', '/accounts/{id}', 'accounts.write'],
  accounts_reset: ['POST', '/accounts/{id}/reset', 'accounts.write'],
  accounts_end_sessions: ['DELETE', '/accounts/{id}/sessions', 'accounts.write'],
  audit_log_list: ['GET', '/audit-log', 'audit-log.read'],
  audit_log_verify: ['GET', '/audit-log/verify', 'audit-log.read'],
  audit_log_head: ['GET', '/audit-log/head', 'audit-log.read'],
  audits_list: ['GET', '/audits', 'domains.read'],
  audits_start: ['POST', '/audits', 'audits.run'],
  audits_read: ['GET', '/audits/{id}', 'domains.read'],
  domains_plan: ['GET', '/domains/{domain}/plan', 'fixes.read'],
  domains_plan_zone: ['GET', '/domains/{domain}/plan/zone-file', 'fixes.read'],
  domains_publish: ['POST', '/domains/{domain}/plan/publish', 'fixes.publish'],
  domains_rollbacks: ['GET', '/domains/{domain}/rollbacks', 'fixes.read'],
  domains_undo: ['POST', '/domains/{domain}/rollbacks/{rollback}/undo', 'fixes.publish'],
  domains_what_if: ['POST', '/domains/{domain}/what-if', 'fixes.read'],
  domains_advice: ['GET', '/domains/{domain}/advice', 'fixes.read'],
  domains_rehearsal: ['GET', '/domains/{domain}/rehearsal', 'fixes.read'],
  advice_list: ['GET', '/advice', 'fixes.read'],
  domains_report: ['GET', '/domains/{domain}/report', 'domains.read'],
  domains_facts: ['GET', '/domains/{domain}/facts', 'domains.read'],
  domains_history: ['GET', '/domains/{domain}/history', 'domains.read'],
  domains_drift: ['GET', '/domains/{domain}/drift', 'domains.read'],
  domains_findings: ['GET', '/domains/{domain}/findings', 'domains.read'],
  domains_keys: ['GET', '/domains/{domain}/keys', 'domains.read'],
  risks_accept: ['POST', '/domains/{domain}/risks', 'domains.write'],
  risks_withdraw: ['DELETE', '/domains/{domain}/risks/{code}', 'domains.write'],
  domains_list: ['GET', '/domains', 'domains.read'],
  domains_add: ['POST', '/domains', 'domains.write'],
  domains_read: ['GET', '/domains/{domain}', 'domains.read'],
  domains_change: ['PATCH', '/domains/{domain}', 'domains.write'],
  domains_remove: ['DELETE', '/domains/{domain}', 'domains.write'],
  enrolment_read: ['GET', '/enrolment', 'enrolment'],
  enrolment_open: ['POST', '/enrolment', 'none'],
  enrolment_password: ['POST', '/enrolment/password', 'enrolment'],
  enrolment_totp: ['POST', '/enrolment/totp', 'enrolment'],
  enrolment_totp_confirm: ['POST', '/enrolment/totp/confirm', 'enrolment'],
  enrolment_webauthn_options: ['POST', '/enrolment/webauthn/options', 'enrolment'],
  enrolment_webauthn: ['POST', '/enrolment/webauthn', 'enrolment'],
  enrolment_finish: ['POST', '/enrolment/finish', 'enrolment'],
  events_follow: ['GET', '/events', 'self'],
  jobs_list: ['GET', '/jobs', 'self'],
  jobs_read: ['GET', '/jobs/{id}', 'self'],
  jobs_cancel: ['DELETE', '/jobs/{id}', 'self'],
  lists_list: ['GET', '/lists', 'lists.read'],
  lists_read: ['GET', '/lists/{kind}', 'lists.read'],
  lists_write: ['PUT', '/lists/{kind}', 'lists.write'],
  mail_list: ['GET', '/mail', 'mail.read'],
  mail_trace: ['GET', '/mail/trace', 'mail.read'],
  mail_rates: ['GET', '/mail/rates', 'mail.read'],
  mail_read: ['GET', '/mail/{id}', 'mail.read'],
  mail_scan: ['POST', '/scan', 'mail.scan'],
  organisations_list: ['GET', '/organisations', 'organisations.read'],
  organisations_add: ['POST', '/organisations', 'organisations.write'],
  organisations_read: ['GET', '/organisations/{id}', 'organisations.read'],
  organisations_change: ['PATCH', '/organisations/{id}', 'organisations.write'],
  organisations_remove: ['DELETE', '/organisations/{id}', 'organisations.write'],
  overview_read: ['GET', '/overview', 'domains.read'],
  quarantine_list: ['GET', '/quarantine', 'quarantine.read'],
  quarantine_read: ['GET', '/quarantine/{id}', 'quarantine.read'],
  quarantine_message: ['GET', '/quarantine/{id}/message', 'quarantine.content'],
  quarantine_raw: ['GET', '/quarantine/{id}/raw', 'quarantine.content'],
  quarantine_release: ['POST', '/quarantine/{id}/release', 'quarantine.release'],
  quarantine_delete: ['POST', '/quarantine/{id}/delete', 'quarantine.delete'],
  reports_list: ['GET', '/reports', 'reports.read'],
  reports_upload: ['POST', '/reports', 'reports.upload'],
  reports_aside: ['GET', '/reports/aside', 'reports.read'],
  reports_summary: ['GET', '/reports/summary', 'reports.read'],
  reports_tls: ['GET', '/reports/tls', 'reports.read'],
  reports_failures: ['GET', '/reports/failures', 'reports.read'],
  search_all: ['GET', '/search', 'self'],
  domains_senders: ['GET', '/domains/{domain}/senders', 'reports.read'],
  senders_list: ['GET', '/senders', 'reports.read'],
  senders_read: ['GET', '/senders/{sender}', 'reports.read'],
  senders_mark: ['PUT', '/senders/{sender}/mark', 'senders.write'],
  senders_unmark: ['DELETE', '/senders/{sender}/mark', 'senders.write'],
  session_read: ['GET', '/session', 'none'],
  session_sign_in: ['POST', '/session', 'none'],
  session_end: ['DELETE', '/session', 'none'],
  session_totp: ['POST', '/session/totp', 'pending'],
  session_webauthn_options: ['POST', '/session/webauthn/options', 'pending'],
  session_webauthn: ['POST', '/session/webauthn', 'pending'],
  step_up_totp: ['POST', '/session/step-up/totp', 'self'],
  step_up_webauthn_options: ['POST', '/session/step-up/webauthn/options', 'self'],
  step_up_webauthn: ['POST', '/session/step-up/webauthn', 'self'],
  session_recovery: ['POST', '/session/recovery', 'pending'],
  sessions_list: ['GET', '/sessions', 'self'],
  sessions_end_others: ['DELETE', '/sessions', 'self'],
  sessions_end: ['DELETE', '/sessions/{id}', 'self'],
  oidc_providers: ['GET', '/session/oidc', 'none'],
  oidc_start: ['GET', '/session/oidc/{provider}/start', 'none'],
  oidc_callback: ['GET', '/session/oidc/callback', 'none'],
  oidc_finish: ['GET', '/session/oidc/finish', 'none'],
  settings_list: ['GET', '/settings', 'settings.read'],
  settings_reference: ['GET', '/settings/reference', 'settings.read'],
  system_read: ['GET', '/system', 'system.read'],
  openapi_read: ['GET', '/openapi.json', 'none'],
  tokens_list: ['GET', '/tokens', 'self'],
  tokens_make: ['POST', '/tokens', 'tokens.write'],
  tokens_end: ['DELETE', '/tokens/{id}', 'self'],
} as const satisfies Record<keyof Operations, readonly [string, string, string]>;
