"""Who comes in and how: accounts, second factors, sessions, and for how long each holds."""

AUTH_USER_MODEL = "catalog.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "moviesite.signing_in.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "catalog.forms.SignInForm",
    "reauthenticate": "moviesite.signing_in.PasswordAgainForm",
    "change_password": "moviesite.signing_in.NewPasswordForm",
    "reset_password": "moviesite.letters.ResetForm",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
# The cookie of a browser in which somebody signed in before.
KNOWN_COOKIE_NAME, KNOWN_COOKIE_AGE = "known", 180 * 24 * 3600
# Staff show a second factor at every sign-in: production requires it, elsewhere it is offered.
STAFF_SECOND_FACTOR = False
STAFF_SESSION_LASTS = 12 * 3600  # seconds after which staff sign in again
PROOF_LASTS = 300  # seconds in which what needs a fresh proof asks for no other one
FRESH_PROOF = MLOPS_FRESH_PROOF = "moviesite.proof.fresh"
ACCOUNT_REAUTHENTICATION_TIMEOUT = PROOF_LASTS
MFA_ADAPTER = "moviesite.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "moviesite.signing_in.CodeForm",
    "reauthenticate": "moviesite.signing_in.CodeAgainForm",
    "activate_totp": "moviesite.signing_in.NewAppForm",
}
MFA_TOTP_ISSUER = "Retromovies"
MFA_TOTP_TOLERANCE = 1  # half-minutes that a telephone's clock may be off
MFA_RECOVERY_CODES_SHOW_ONCE = True
