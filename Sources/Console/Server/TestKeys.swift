import Notices

extension ConsoleServices {
    /// Refuses a test key whatever test keys have not issued.
    ///
    /// Such keys lie in programs under development, where more people see them. So they are no way to what is meant: neither
    /// to change it nor to read it, and a list of everything is not for them.
    func requireReach(of key: APIKey?, _ endpoint: Endpoint, _ call: Call) async throws {
        guard let key, key.kind == .test, !Endpoint.openToTestKeys.contains("\(endpoint.method) \(endpoint.path)")
        else {
            return
        }
        let notice: Notice?
        if let name = call.parameters["notice"] {
            notice =
                name.hasPrefix("SD-")
                ? try await reader.notice(number: name) : try await reader.notice(NoticeID(name))
        } else if let name = call.parameters["delivery"] {
            let delivery = try await reader.delivery(DeliveryID(name))
            notice = if let delivery { try await reader.notice(delivery.notice) } else { nil }
        } else {
            throw Problem.forbidden(
                "a test key works on single notices that test keys have issued, and not at \(endpoint.path); use a live key"
            )
        }
        // What is not there is said in the endpoint's own words.
        guard let notice, !notice.author.isTesting else { return }
        throw Problem.forbidden("\(notice.number) was not issued with a test key; use a live key")
    }
}

extension Endpoint {
    /// Where nothing is shown but what the caller brings, what is the same for all, or what answers by the kind of key.
    fileprivate static let openToTestKeys: Set<String> = [
        "POST \(Site.notices)", "POST \(Site.preview)", "POST \(Site.batches)", "GET \(Site.templates)",
        "GET \(Site.template)", "GET \(Site.inbox)", "GET \(Site.checkpoint)",
    ]
}
