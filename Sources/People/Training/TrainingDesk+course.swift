import Evidence
import Notices

extension TrainingDesk {
    /// Where a viewing stands after a report.
    public struct Progress: Sendable, Hashable {
        /// The version that is watched.
        public let version: PolicyVersion
        /// The viewing.
        public let viewing: Viewing
        /// Whether this report came from a place that cannot have been reached by playing.
        public let isSkip: Bool

        /// Whole percents.
        public var percent: Int { viewing.percent(of: version.course) }
        /// Where the player must go on.
        public var resumeAtSeconds: Int { viewing.watchedMilliseconds / 1000 }
    }

    /// Begins the course of the version in force, or goes on with it.
    public func beginCourse(_ policy: PolicyID, by actor: Actor) async throws -> Progress {
        let person = try learner(actor)
        let version = try await current(policy)
        try await store.begin(
            Viewing(
                person: person, policy: policy, version: version.version, watchedMilliseconds: 0,
                lastReportAt: clock.now, skips: 0, completedAt: nil))
        return Progress(version: version, viewing: try await viewing(person, version), isSkip: false)
    }

    /// Takes the report of a player: it is now at this place (S-106).
    ///
    /// What is credited never exceeds the time that passed on our own clock since the last report, whatever the player says
    /// and however many players there are: each report replaces the one that was seen, and a second one at the same time is
    /// a conflict. Time beyond the longest wait between two reports is not credited either, so that nobody watches by
    /// waiting.
    public func report(_ policy: PolicyID, atSeconds position: Int, by actor: Actor) async throws -> Progress {
        let person = try learner(actor)
        let version = try await current(policy)
        guard position >= 0, position <= version.course.seconds else {
            throw PeopleError(
                .invalid, "position: \(position) is not a second of the video, which has \(version.course.seconds)")
        }
        let seen = try await viewing(person, version)
        let now = clock.now
        let elapsed = Self.milliseconds(min(now.since(seen.lastReportAt), rules.heartbeat))
        let ahead = position * 1000 - seen.watchedMilliseconds
        let isSkip = seen.completedAt == nil && ahead > elapsed + Self.milliseconds(rules.tolerance)
        let credited = isSkip ? 0 : max(0, min(ahead, elapsed))
        let watched = seen.watchedMilliseconds + credited
        let isComplete = watched >= version.course.seconds * 1000
        let viewing = Viewing(
            person: person, policy: policy, version: version.version, watchedMilliseconds: watched, lastReportAt: now,
            skips: seen.skips + (isSkip ? 1 : 0), completedAt: seen.completedAt ?? (isComplete ? now : nil))
        var done: [Act] = []
        // The first few skips are evidence; a player gone mad must not fill the log.
        if isSkip, viewing.skips <= 20 {
            done.append(
                try act(
                    .courseSkipped, version, by: actor,
                    [
                        "from": .integer(Int64(seen.watchedMilliseconds / 1000)), "to": .integer(Int64(position)),
                        "elapsedMilliseconds": .integer(Int64(elapsed)),
                    ]))
        }
        if isComplete, seen.completedAt == nil {
            done.append(
                try act(
                    .courseWatched, version, by: actor,
                    [
                        "seconds": .integer(Int64(version.course.seconds)), "video": .string(version.course.hash.hex),
                        "skips": .integer(Int64(viewing.skips)),
                    ]))
        }
        guard try await store.advance(viewing, from: seen, acts: done) else {
            throw PeopleError(.conflict, "another player reported at the same moment; watch in one window only")
        }
        return Progress(version: version, viewing: viewing, isSkip: isSkip)
    }

    func viewing(_ person: PersonID, _ version: PolicyVersion) async throws -> Viewing {
        let viewings = try await store.viewings(of: person, policy: version.policy)
        guard let viewing = viewings.first(where: { $0.version == version.version }) else {
            throw PeopleError(.locked, "the course of \(version.policy) version \(version.version) was not begun")
        }
        return viewing
    }

    func act(
        _ event: EvidenceEvent, _ version: PolicyVersion, by actor: Actor, exam: ExamID? = nil,
        _ more: [String: JSONValue]
    ) throws -> Act {
        var facts = more
        facts["policy"] = .string(version.policy.rawValue)
        facts["version"] = .integer(Int64(version.version))
        facts["textHash"] = .string(version.textHash.hex)
        var subjects = [Subject(.policy, version.policy)]
        if let person = actor.person { subjects.insert(.employee(person), at: 0) }
        if let exam { subjects.append(Subject(.exam, exam)) }
        return try acts.act(event, by: actor, about: subjects, facts)
    }

    private static func milliseconds(_ span: Duration) -> Int {
        max(0, Int(span.components.seconds) * 1000 + Int(span.components.attoseconds / 1_000_000_000_000_000))
    }
}
