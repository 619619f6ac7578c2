"""Accounts and groups: superusers alone change them, with a reason, and the audit log says who may do what since."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from catalog.admin.erasing import Erasing
from catalog.admin.history import Remembered
from catalog.admin.proof import Proven, require_fresh
from catalog.admin.reasons import Reasoned, ReasonForm
from catalog.admin.who import person
from catalog.models import User
from catalog.services import accounts, second_factors

admin.site.unregister(Group)
for table in (EmailAddress, Authenticator):  # nothing here works with addresses; second factors are nobody's to see
    if admin.site.is_registered(table):
        admin.site.unregister(table)

GOVERNED = ("catalog", "mlops", "auth")  # apps whose permissions mean something here
FOUND = 302  # what the admin answers after what it did
ACTS = (  # what people do with what mlops keeps
    *(
        "start_run",
        "request_promotion",
        "decide_promotion",
        "request_policy",
        "roll_back",
        "retry_job",
        "erase_subject",
    ),
    *("declare_restore", "sign_version", "account_for_changes"),
)


def grantable() -> QuerySet[Permission]:
    """Return the permissions worth giving: nobody writes history, or what mlops keeps, whatever a permission says."""
    look_only = Q(content_type__app_label="mlops") | Q(content_type__model__startswith="historical")
    found = Permission.objects.filter(content_type__app_label__in=GOVERNED).exclude(content_type__model="permission")
    useful = Q(codename__startswith="view_") | Q(content_type__app_label="mlops", codename__in=ACTS)
    found = found.filter(~look_only | useful).select_related("content_type")
    return found.order_by("content_type__app_label", "content_type__model", "codename")


class ForSuperusers:
    """Others may at most look: whoever could change accounts could make a superuser."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


class AccountForm(ReasonForm, UserChangeForm):
    """An account: what it may do comes from its groups alone."""

    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"),
        queryset=Group.objects.order_by("name"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        required=False,
    )


@admin.register(User)
class UserAdmin(Erasing, ForSuperusers, Proven, Reasoned, Remembered, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    form = AccountForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "roles", "is_staff", "is_superuser", "is_active", "last_login")
    list_filter = ("groups", "is_staff", "is_superuser", "is_active")
    ordering = ("username",)
    search_fields = ("username", "=subject_id")
    readonly_fields = ("subject_id", "last_login", "date_joined")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "subject_id")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "reason")}),
        (_("Person"), {"fields": (("first_name", "last_name"), "email", ("last_login", "date_joined"))}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # it would leave ratings and history behind: a person is erased, or their account closed

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        # Who audits needs to know what an account may do, and neither its password's hash nor the person's address.
        return [(None, {"fields": ("username", "subject_id")}), fieldsets[1]]

    def user_change_password(self, request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        if away := require_fresh(request):
            return away
        with transaction.atomic():
            response: HttpResponse = super().user_change_password(request, *args, **given)
            if request.method == "POST" and response.status_code == FOUND:
                user = User.objects.get(pk=given["id"])
                second_factors.note(second_factors.SET_BY_ANOTHER, user=user, by=person(request), at=timezone.now())
        return response

    @display(description=_("roles"))
    def roles(self, obj: User) -> str:
        return ", ".join(sorted(group.name for group in obj.groups.all())) or "—"

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        form.before = accounts.roles_of(User.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def tell(self, request: HttpRequest, form: Any, act: str) -> None:
        facts = {"by": person(request), "at": timezone.now(), "reason": form.cleaned_data.get("reason", "")}
        accounts.record_roles(user=form.instance, before=form.before, **facts)
        super().tell(request, form, act)


class GroupForm(ReasonForm):
    permissions = forms.ModelMultipleChoiceField(
        label=_("Permissions"),
        queryset=Permission.objects.none(),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permissions" in self.fields:
            self.fields["permissions"].queryset = grantable()  # type: ignore[attr-defined]


@admin.register(Group)
class GroupAdmin(ForSuperusers, Proven, Reasoned, DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    form = GroupForm
    list_display = ("name", "members")
    filter_horizontal = ()
    fieldsets = ((None, {"fields": ("name", "reason", "permissions")}),)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("user_set")

    @display(description=_("accounts"))
    def members(self, obj: Group) -> int:
        return len(obj.user_set.all())

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        form.before = accounts.permissions_of(obj) if change else []
        super().save_model(request, obj, form, change)

    def tell(self, request: HttpRequest, form: Any, act: str) -> None:
        facts = {"by": person(request), "at": timezone.now(), "reason": form.cleaned_data.get("reason", "")}
        accounts.record_group(group=form.instance, before=form.before, **facts)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        accounts.delete_group(group=obj, by=person(request), at=timezone.now(), reason=self.reason_given(request))
