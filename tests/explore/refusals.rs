//! Who is not let in, and how that is told.

use crate::http::Served;

/// Method, path, headers and the status that they are answered with.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16);

const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn only_this_machines_own_page_is_let_in() {
    let served = Served::start(|_| {});
    let host = served.host();
    let port = served.port;
    let origin = format!("http://{host}");
    let page = served.path("");
    let tweak = served.path("api/tweak");
    let wrong_token = format!("/{}/", "0".repeat(served.token.len()));
    let (localhost, six) = (format!("localhost:{port}"), format!("[::1]:{port}"));
    let other_port = format!("127.0.0.1:{}", port.wrapping_add(1));
    let foreign_port = format!("http://127.0.0.1:{}", port.wrapping_add(1));
    let own = ("Host", host.as_str());
    let cases: &[Case<'_>] = &[
        ("GET", &page, &[own], 200),
        ("GET", &page, &[("Host", &localhost)], 200),
        ("GET", &page, &[("Host", &six)], 200),
        ("GET", &page, &[own, ("Sec-Fetch-Site", "none")], 200),
        (
            "GET",
            &page,
            &[own, ("Origin", &origin), ("Sec-Fetch-Site", "same-origin")],
            200,
        ),
        // Another name that resolves to this machine, another port, no name at all.
        ("GET", &page, &[("Host", "evil.example")], 421),
        ("GET", &page, &[("Host", "127.0.0.1")], 421),
        ("GET", &page, &[("Host", &other_port)], 421),
        (
            "GET",
            &page,
            &[("Host", &format!("127.0.0.1.evil.example:{port}"))],
            421,
        ),
        // Another site.
        ("GET", &page, &[own, ("Origin", "http://evil.example")], 403),
        ("GET", &page, &[own, ("Origin", &foreign_port)], 403),
        ("GET", &page, &[own, ("Origin", "null")], 403),
        ("GET", &page, &[own, ("Sec-Fetch-Site", "cross-site")], 403),
        ("GET", &page, &[own, ("Sec-Fetch-Site", "same-site")], 403),
        (
            "POST",
            &tweak,
            &[own, JSON, ("Origin", "http://evil.example")],
            403,
        ),
        // Without the secret.
        ("GET", "/", &[own], 401),
        ("GET", &wrong_token, &[own], 401),
        ("GET", "/app.js", &[own], 401),
        ("GET", &format!("{wrong_token}app.js"), &[own], 401),
        ("GET", &format!("{wrong_token}events/a"), &[own], 401),
        (
            "POST",
            &format!("{wrong_token}api/tweak"),
            &[own, JSON],
            401,
        ),
        // What a form of another site could send.
        ("POST", &tweak, &[own], 415),
        ("POST", &tweak, &[own, ("Content-Type", "text/plain")], 415),
        (
            "POST",
            &tweak,
            &[own, ("Content-Type", "application/x-www-form-urlencoded")],
            415,
        ),
        // What makes no sense.
        ("POST", &tweak, &[own, JSON], 400),
        ("GET", &tweak, &[own], 405),
        ("GET", &served.path("nothing.js"), &[own], 404),
        ("GET", &served.path("..%2Fvalley.jsonc"), &[own], 404),
        ("GET", &served.path("events/a%20b"), &[own], 400),
    ];
    for (method, path, headers, status) in cases {
        let answer = served.send(method, path, headers, "");
        assert_eq!(answer.status, *status, "{method} {path} {headers:?}");
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
        ] {
            assert!(
                answer.head.contains(header),
                "{path}: {header} is not in {}",
                answer.head
            );
        }
        assert!(!answer.head.contains("access-control"), "{}", answer.head);
    }
}

#[test]
fn two_hosts_are_none() {
    let served = Served::start(|_| {});
    let host = served.host();
    let headers = [("Host", host.as_str()), ("Host", "evil.example")];
    let status = served.send("GET", &served.path(""), &headers, "").status;
    assert!([400, 421].contains(&status), "{status}");
}

#[test]
fn a_body_has_a_limit() {
    let served = Served::start(|_| {});
    let host = served.host();
    let headers = [("Host", host.as_str()), JSON];
    let send = |bytes: usize| {
        served
            .send(
                "POST",
                &served.path("api/tweak"),
                &headers,
                &" ".repeat(bytes),
            )
            .status
    };
    assert_eq!(send(65_537), 413);
    // Blanks are no JSON, but they were read.
    assert_eq!(send(65_000), 400);
}

#[test]
fn a_flood_of_requests_is_held_back() {
    let served = Served::start(|_| {});
    let body = serde_json::json!({});
    let statuses: Vec<u16> = (0..200)
        .map(|_| served.post("api/tweak", &body).status)
        .collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(statuses[0], 400);
}

#[test]
fn a_page_that_is_not_connected_is_told_so() {
    let served = Served::start(|_| {});
    let body = serde_json::json!({"page": "ghost", "tweak": 1, "state": {}});
    assert_eq!(served.post("api/tweak", &body).status, 409);
}

#[test]
fn every_file_of_the_page_is_served_with_its_kind_and_asks_for_nothing_from_elsewhere() {
    let served = Served::start(|_| {});
    let host = served.host();
    let get = |name: &str| served.send("GET", &served.path(name), &[("Host", &host)], "");
    let page = get("");
    assert!(page.head.contains("text/html"));
    let named = |attribute: &str| -> Vec<String> {
        let opening = format!("{attribute}=\"");
        let parts = page.body.split(&opening).skip(1);
        let names = parts.filter_map(|rest| Some(rest.split('"').next()?.to_owned()));
        names.collect()
    };
    let files: Vec<String> = named("src").into_iter().chain(named("href")).collect();
    let files: Vec<&String> = files.iter().filter(|name| !name.starts_with('#')).collect();
    assert!(files.len() >= 4, "{files:?}");
    for name in files {
        let answer = get(name);
        assert_eq!(answer.status, 200, "{name}");
        let kind = match name.rsplit('.').next() {
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            _ => "image/svg+xml",
        };
        assert!(answer.head.contains(kind), "{name}: {}", answer.head);
    }
    for name in [
        "app.js",
        "controls.js",
        "kept.js",
        "pins.js",
        "state.js",
        "server.js",
        "readout.js",
        "page.css",
        "",
    ] {
        let text = get(name).body.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !text.contains("http://") && !text.contains("https://"),
            "{name}"
        );
        assert!(
            !text.contains(" style=\"") && !text.contains("onclick="),
            "{name}"
        );
    }
}
